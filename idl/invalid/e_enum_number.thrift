// expect: unknown-enum-value 3:17 Color has no member with the number 7
enum Color { RED }
const Color A = 7
