// expect: syntax-error 2:13 expected "{" to open struct "User", found "extends"
struct User extends Base {
  1: i32 id
}
