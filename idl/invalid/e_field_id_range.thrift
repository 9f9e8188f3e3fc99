// expect: field-id-range 3:3 a field id is from 1 to 32767, not 32768
struct S {
  32768: i32 a
}
