// expect: duplicate-name 4:7 "S" has a method "m" already
service S {
  void m()
  i32 m()
}
