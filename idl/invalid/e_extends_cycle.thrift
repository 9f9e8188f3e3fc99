// expect: extends-cycle 2:19 services extend each other: A -> B -> A
service A extends B {}
service B extends A {}
