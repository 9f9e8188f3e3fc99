// expect: unterminated-string 3:17 this string is not closed on its line
struct User {
  1: string a = 'abc,
  2: i32 b
}
