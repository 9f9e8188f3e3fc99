// expect: bad-name 4:6 "shared." is no name: each of its dots needs a word on both sides
// expect: bad-name 5:6 "a..b" is no name: each of its dots needs a word on both sides
struct User {
  1: shared. id
  2: a..b other
}
