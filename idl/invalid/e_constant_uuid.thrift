// expect: invalid-uuid 2:16 string "12345678-90ab-cdef-1234" is not a uuid
const uuid A = "12345678-90ab-cdef-1234"
