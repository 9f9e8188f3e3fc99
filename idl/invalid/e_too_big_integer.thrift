// expect: bad-number 3:15 "9223372036854775808" does not fit into 64 bits
// expect: bad-number 4:15 "0xFFFFFFFFFFFFFFFF" does not fit into 64 bits
const i64 A = 9223372036854775808
const i64 B = 0xFFFFFFFFFFFFFFFF
