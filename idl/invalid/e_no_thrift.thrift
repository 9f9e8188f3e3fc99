// expect: syntax-error 2:1 expected a definition (struct, enum, service, const, typedef ...), found "{"
{"json": [1, 2, 3]}
