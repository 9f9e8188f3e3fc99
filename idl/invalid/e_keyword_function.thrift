// expect: reserved-word 3:8 "throws" is a keyword of Thrift and cannot be the name of a function
service Users {
  void throws()
}
