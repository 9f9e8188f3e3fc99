// expect: reserved-word 2:8 "list" is a keyword of Thrift and cannot be the name of a struct
struct list {
  1: i32 id
}
