// expect: syntax-error 2:1 expected a definition (struct, enum, service, const, typedef ...), found "py_module"
py_module shop.users
