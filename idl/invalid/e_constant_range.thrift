// expect: integer-range 2:14 300 does not fit i8
const i8 A = 300
