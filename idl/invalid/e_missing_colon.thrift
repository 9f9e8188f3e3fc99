// expect: syntax-error 3:5 expected ":" after the id, found "i32"
struct User {
  1 i32 id,
  2: i32 age
}
