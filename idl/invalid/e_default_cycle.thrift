// expect: default-cycle 2:21 defaults contain each other: A.b -> B.a -> A.b
struct A { 1: B b = {} }
struct B { 1: A a = {} }
