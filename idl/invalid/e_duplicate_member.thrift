// expect: duplicate-name 2:26 "RED" is a member of Color already, at 2:14
enum Color { RED, GREEN, RED }
