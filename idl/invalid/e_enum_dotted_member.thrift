// expect: bad-name 3:3 the name of an enum member has no dots
enum Color {
  dark.RED = 1
}
