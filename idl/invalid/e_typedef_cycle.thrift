// expect: typedef-cycle 2:11 typedefs contain each other: A -> B -> C -> A
typedef B A
typedef list<C> B
typedef A C
