// expect: streaming-mode 4:16 there is no streaming mode "sideways"
struct R {}
service S {
  R m(1: R r) (streaming.mode = "sideways")
}
