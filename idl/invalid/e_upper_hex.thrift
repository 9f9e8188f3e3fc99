// expect: bad-number 2:15 the "0X" of a number is written in lower case
const i32 A = 0XFF
