// expect: bad-escape 4:20 "\x" is no escape
// expect: bad-escape 5:19 "\u" is no escape
// expect: bad-escape 5:25 "\0" is no escape
const string A = "a\x41"
const string B = '\u0041\0'
