// expect: wrong-type 4:17 expected Color, got Shape.ROUND
enum Color { RED }
enum Shape { ROUND }
const Color A = Shape.ROUND
