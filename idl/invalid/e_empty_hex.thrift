// expect: bad-number 2:15 "0x" is no hexadecimal number
const i32 A = 0x
