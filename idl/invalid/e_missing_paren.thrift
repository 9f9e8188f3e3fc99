// expect: syntax-error 4:3 expected ")" to close the arguments, found "void"
service Users {
  void get(1: i32 id
  void put(1: i32 id)
}
