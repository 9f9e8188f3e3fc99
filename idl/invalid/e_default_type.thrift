// expect: wrong-type 3:14 expected i32, got string "x"
struct S {
  1: i32 a = "x"
}
