// expect: unknown-type 4:12 there is no type "b"
// expect: syntax-error 6:6 expected a type, found "4"
struct User {
  1: i32 a b c
  2: i32 d
  3: 4
  5: i32 e
}
