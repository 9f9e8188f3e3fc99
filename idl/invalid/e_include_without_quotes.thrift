// expect: syntax-error 2:9 expected a path in quotes, found "shared.thrift"
include shared.thrift

struct User {}
