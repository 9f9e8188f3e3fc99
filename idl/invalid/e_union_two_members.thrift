// expect: union-members 3:13 the union U holds one field only, not a, b
union U { 1: i32 a, 2: i32 b }
const U A = {"a": 1, "b": 2}
