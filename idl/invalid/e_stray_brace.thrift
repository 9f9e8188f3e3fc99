// expect: syntax-error 4:2 expected a definition (struct, enum, service, const, typedef ...), found "}"
struct User {
  1: i32 id
}}

struct Other {}
