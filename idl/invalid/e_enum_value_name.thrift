// expect: syntax-error 4:10 expected an integer, found "RED"
enum Color {
  RED = 1,
  BLUE = RED,
  GREEN
}
