// expect: syntax-error 4:3 expected an annotation name or ")", found "2"
struct User {
  1: i32 id (a = "1", b = "2"
  2: i32 age
}

struct Other {}
