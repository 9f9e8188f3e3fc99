// expect: unknown-constant 3:22 there is no constant or enum member "LIMTI"
const i32 LIMIT = 1
const list<i32> A = [LIMTI]
