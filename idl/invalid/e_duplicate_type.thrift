// expect: duplicate-name 4:6 "User" is defined already, at 2:8
struct User {}

enum User { A }
