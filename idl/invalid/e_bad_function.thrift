// expect: syntax-error 3:11 expected "(" to open the arguments, found "["
service Users {
  void get[](1: i32 a)
  void ok()
}
