// expect: syntax-error 3:14 expected an annotation name or ")", found "required"
struct User {
  1: i32 id (required)
  2: i32 age
}
