// expect: syntax-error 2:14 a namespace is not quoted
namespace py "users"
