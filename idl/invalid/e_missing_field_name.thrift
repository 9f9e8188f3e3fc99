// expect: syntax-error 5:1 expected a field name after its type, found "}"
// expect: syntax-error 8:7 expected an integer, found "B"
struct User {
  1: i32
}

enum Broken {
  A = B
}
