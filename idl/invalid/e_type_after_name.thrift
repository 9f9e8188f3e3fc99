// expect: syntax-error 3:5 expected a field name after its type, found ":"
struct User {
  id: i32
}
