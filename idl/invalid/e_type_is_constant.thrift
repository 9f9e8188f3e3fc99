// expect: not-a-type 4:6 "Limit" is a constant, not a type
const i32 Limit = 1
struct S {
  1: Limit limit
}
