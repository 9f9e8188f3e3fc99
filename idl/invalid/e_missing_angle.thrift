// expect: syntax-error 3:15 expected ">" after the element type, found "ids"
struct User {
  1: list<i32 ids
  2: map<i32, string> names
}
