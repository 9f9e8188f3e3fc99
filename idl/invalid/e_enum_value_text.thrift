// expect: syntax-error 3:9 expected an integer, found "red"
enum Color {
  RED = "red"
}
