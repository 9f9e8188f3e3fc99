// expect: unknown-type 4:6 there is no type "strng"
// expect: unknown-type 5:11 there is no type "int32"
struct User {
  1: strng name
  2: list<int32> ids
}
