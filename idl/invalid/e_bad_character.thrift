// expect: bad-character 4:12 unexpected characters "$$"
// expect: bad-character 5:13 unexpected character "?"
struct User {
  1: i32 na$$me
  2: i32 age?
}
