// expect: unknown-type 3:11 there is no type "Usr"
struct User {
  1: list<Usr> friends
}
