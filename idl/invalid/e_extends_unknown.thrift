// expect: unknown-service 3:19 there is no service "Bsae"
service Base {}
service S extends Bsae {}
