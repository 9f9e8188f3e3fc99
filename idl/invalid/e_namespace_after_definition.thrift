// expect: misplaced-header 4:1 "namespace" must stand before the first definition
struct User {}

namespace py users
