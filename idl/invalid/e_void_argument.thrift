// expect: syntax-error 3:14 expected a type, found "void"
service Users {
  i32 get(1: void id)
  void ok()
}
