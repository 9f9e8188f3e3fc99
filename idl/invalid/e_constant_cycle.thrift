// expect: constant-cycle 2:11 constants contain each other: A -> B -> A
const i32 A = B
const i32 B = A
