// expect: unterminated-string 4:18 this string is not closed on its line
// expect: syntax-error 5:1 expected a definition (struct, enum, service, const, typedef ...), found "def"
// expect: unterminated-string 5:4 this string is not closed on its line
const string A = "abc
def"
