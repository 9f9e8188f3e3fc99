// expect: syntax-error 8:3 expected a definition
// expect: syntax-error 11:5 expected ":" after the id
// expect: unknown-type 15:15 there is no type "int"
// expect: unknown-type 16:6 there is no type "Usr"
// expect: wrong-type 17:20 expected string, got integer 5
// A name that may stand in what could not be read, such as Lost, is no further error; any other is.
namespace py x
  typdef i32 Lost

struct User {
  1 string name
  2: bool ok
}
struct Pair {
  1: optional int left
  2: Usr right
  3: string text = 5
  4: Lost lost
}
