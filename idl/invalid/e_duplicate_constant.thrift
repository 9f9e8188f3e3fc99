// expect: duplicate-name 3:11 there is a constant "LIMIT" already, at 2:11
const i32 LIMIT = 1
const i32 LIMIT = 2
