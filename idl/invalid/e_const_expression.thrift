// expect: bad-character 3:17 unexpected character "+"
// expect: bad-character 4:15 unexpected character "-"
const i32 A = 1 + 2
const i32 B = -A
