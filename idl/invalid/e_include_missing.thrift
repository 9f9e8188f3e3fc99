// expect: include-not-found 2:9 there is no file "nowhere.thrift"
include "nowhere.thrift"
struct S { 1: nowhere.T t }
