// expect: syntax-error 2:1 expected a definition (struct, enum, service, const, typedef ...), found "message"
message User {
  string name = 1;
}

struct Other {}
