// expect: unterminated-comment 4:3 this comment is not closed
struct User {
  1: i32 id
  /** never closed
}
