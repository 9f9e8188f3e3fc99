// expect: syntax-error 3:8 expected the name of a struct, found "{"
// expect: syntax-error 8:1 expected the name of an enum, found "struct"
struct {
  1: i32 id
}

enum
struct Other {}
