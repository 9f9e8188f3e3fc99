// expect: unknown-type 4:25 there is no type "Id"
struct User {}
service Users {
  map<i32, User> all(1: Id id)
}
