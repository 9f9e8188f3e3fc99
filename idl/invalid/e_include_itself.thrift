// expect: include-cycle 2:9 files include each other: e_include_itself.thrift
include "e_include_itself.thrift"
