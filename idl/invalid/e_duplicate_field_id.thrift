// expect: duplicate-id 4:3 1 is the id of "name" already
struct User {
  1: string name
  1: i32 age
}
