// expect: enum-range 4:3 the number of E.B would be 2147483648, which does not fit i32
enum E {
  A = 0x7FFFFFFF
  B
}
