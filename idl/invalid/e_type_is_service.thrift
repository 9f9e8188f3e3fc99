// expect: not-a-type 4:6 "Users" is a service, not a type
service Users {}
struct S {
  1: Users users
}
