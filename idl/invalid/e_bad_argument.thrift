// expect: syntax-error 3:18 expected a field name after its type, found ","
service Users {
  void get(1: i32, 2: i32 b)
  void ok()
}
