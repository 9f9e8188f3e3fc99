// expect: reserved-word 3:3 "string" is a keyword of Thrift and cannot be the name of an enum member
enum Kind {
  string,
  other
}
