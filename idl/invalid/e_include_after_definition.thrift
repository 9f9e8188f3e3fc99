// expect: misplaced-header 4:1 "include" must stand before the first definition
struct User {}

include "shared.thrift"
