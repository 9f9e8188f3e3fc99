// expect: syntax-error 3:6 expected a type, found "union"
struct User {
  1: union { 2: i32 a } b
  3: i32 c
}
