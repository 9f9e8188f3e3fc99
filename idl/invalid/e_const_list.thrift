// expect: syntax-error 4:1 expected a value or "]", found "const"
// expect: syntax-error 4:24 expected a value or "]", found ":"
const list<i32> A = [1, 2
const list<i32> B = [1 : 2]
const i32 C = 1
