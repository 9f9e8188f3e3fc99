// expect: syntax-error 3:12 expected "}" to close struct "User", found the end of the file
struct User {
  1: i32 id
