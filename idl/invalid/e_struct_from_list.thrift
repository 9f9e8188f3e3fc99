// expect: wrong-type 3:16 expected User, got a list
struct User { 1: string name }
const User A = ["Ann"]
