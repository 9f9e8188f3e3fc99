// expect: bad-character 2:16 unexpected character "-"
namespace py my-users

struct User {}
