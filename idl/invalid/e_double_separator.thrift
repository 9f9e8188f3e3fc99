// expect: syntax-error 3:13 expected a type, found ","
struct User {
  1: i32 id,,
  2: i32 age
}
