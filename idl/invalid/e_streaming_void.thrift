// expect: streaming-mode 4:3 "S.m" streams and must return what is streamed
struct R {}
service S {
  void m(1: R r) (streaming.mode = "server")
}
