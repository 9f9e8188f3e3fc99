// expect: duplicate-name 4:10 "name" is the name of another field already, at 3:13
struct User {
  1: string name
  2: i32 name
}
