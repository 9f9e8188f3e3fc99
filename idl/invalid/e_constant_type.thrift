// expect: wrong-type 2:15 expected i32, got string "1"
const i32 A = "1"
