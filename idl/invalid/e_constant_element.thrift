// expect: wrong-type 4:12 expected i32, got string "x"
const map<string, list<i32>> A = {
  "a": [1, 2],
  "b": [3, "x"],
}
