// expect: unknown-constant 3:17 there is no constant or enum member "RED"
enum Color { RED }
const Color A = RED
