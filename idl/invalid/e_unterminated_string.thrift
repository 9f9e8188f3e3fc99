// expect: unterminated-string 2:18 this string is not closed on its line
const string A = "abc
const i32 B = 1
