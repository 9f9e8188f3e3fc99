// expect: syntax-error 2:1 expected a definition (struct, enum, service, const, typedef ...), found "senum"
senum Color {
  "red",
  "blue"
}

struct User {}
