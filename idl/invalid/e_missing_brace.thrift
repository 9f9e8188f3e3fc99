// expect: syntax-error 5:1 expected "}" to close struct "User", found "service"
struct User {
  1: i32 id

service Users {
  void ping()
}
