// expect: syntax-error 4:3 expected a field name after its type, found "2"
struct User {
  1: name
  2: i32 age
}
