// expect: bad-character 2:10 unexpected characters "öß"
struct Größe {
  1: i32 id
}
