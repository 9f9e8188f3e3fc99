// expect: bad-character 3:18 a string stands between straight quotes
// expect: bad-character 4:18 a string stands between straight quotes
const string A = “hello”
const string B = ‘it’
