// expect: syntax-error 5:6 expected a type, found "="
// expect: syntax-error 8:11 expected the name of a constant, found "="
// expect: syntax-error 12:3 expected the name of an enum member, found "="
struct User {
  1: = id
}

const i32 = 4

enum Color {
  RED,
  = 3,
  BLUE
}
