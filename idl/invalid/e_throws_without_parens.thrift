// expect: syntax-error 3:21 expected "(" to open the list of exceptions, found "Err"
service Users {
  void get() throws Err
  void ok()
}
