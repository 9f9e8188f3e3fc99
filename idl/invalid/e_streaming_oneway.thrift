// expect: oneway-stream 3:22 "S.m" is oneway and cannot stream
service S {
  oneway stream<i32> m()
}
