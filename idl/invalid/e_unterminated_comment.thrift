// expect: unterminated-comment 4:1 this comment is not closed
struct User {}

/* never closed
struct Other {}
