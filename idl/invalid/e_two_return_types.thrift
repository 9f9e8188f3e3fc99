// expect: syntax-error 3:8 a function returns one type
service Users {
  i32, i32 get()
}
