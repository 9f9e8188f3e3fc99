// expect: syntax-error 3:6 there is no type "unsigned"
struct User {
  1: unsigned i32 id
  2: i32 age
}
