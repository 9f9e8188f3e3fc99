// expect: not-a-service 3:19 "Base" is a struct, not a service
struct Base {}
service S extends Base {}
