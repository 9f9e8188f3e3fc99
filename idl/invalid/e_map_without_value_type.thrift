// expect: syntax-error 3:16 expected "," after the key type, found ">"
struct User {
  1: map<string> names
  2: i32 age
}
