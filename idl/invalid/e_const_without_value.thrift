// expect: syntax-error 4:1 expected "=" and a value after the name of a constant, found "const"
// expect: syntax-error 5:1 expected a value, found "const"
const i32 A
const i32 B = 
const i32 C = 3
