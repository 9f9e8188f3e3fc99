// expect: syntax-error 3:1 expected a definition (struct, enum, service, const, typedef ...), found "cpp_namespace"
// expect: syntax-error 4:1 expected a definition (struct, enum, service, const, typedef ...), found "php_namespace"
cpp_namespace shop
php_namespace shop

struct User {}
