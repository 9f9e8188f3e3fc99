// expect: unknown-field 3:17 User has no field "nmae"
struct User { 1: string name }
const User A = {"nmae": "Ann"}
