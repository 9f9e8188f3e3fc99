/*
 * Whatever the Apache compiler 0.17 can express, in one service. It is spoken with peers that were not written
 * here (spec/interop), so every construct must stay within what that compiler takes: no uuid, and no names that
 * are keywords of C++, Python or JavaScript.
 *
 * The constants are the values that both ends expect: each language compares with its own reading of them.
 */

namespace cpp everything
namespace py everything
namespace js everything

enum Colour {
  RED,
  GREEN = 5,
  BLUE,
  ULTRAVIOLET = 2147483647
}

typedef i64 Id
typedef map<string, list<Id>> Index

struct Scalars {
  1: bool truth
  2: i8 tiny
  3: i16 small
  4: i32 medium
  5: i64 large
  6: double real
  7: string text
  8: binary bytes
  9: Colour colour
}

/* Ids far apart, and declared out of order. */
struct Optionals {
  32767: optional bool truth
  3: optional i8 tiny
  2: optional i16 small
  1: optional i32 medium
  100: optional i64 large (note = "an annotation changes nothing on the wire", flag)
  16: optional double real
  17: optional string text
  15: optional binary bytes
  31: optional Colour colour
  200: optional list<i32> numbers
  201: optional set<string> names
  202: optional map<i32, string> labels
  203: optional Scalars scalars
}

struct Point {
  1: required i32 x
  2: required i32 y
} (python.immutable = "")

struct Defaults {
  1: bool truth = true
  2: i8 tiny = -8
  3: i16 small = 0x10
  4: i32 medium = -320000
  5: Id large = 9007199254740993
  6: double real = 6.25
  7: string text = 'it "is" said'
  8: Colour colour = Colour.BLUE
  9: list<i32> numbers = [3, 1, 2]
  10: set<string> names = ["only"]
  11: map<string, i32> counts = {"one": 1, "two": 2}
  12: Point point = {"x": -1, "y": 1}
  13: optional i32 offered = 13
  14: list<string> nobody = []
}

union Shape {
  1: i32 number
  2: string text
  3: list<Point> path
  4: Scalars scalars
  5: Colour colour
  6: map<string, Point> named
}

struct Tree {
  1: i32 value
  2: list<Tree> children
}

struct Containers {
  1: list<bool> truths
  2: list<i8> tinies
  3: list<i64> larges
  4: list<double> reals
  5: list<binary> blobs
  6: list<Colour> colours
  7: set<i16> smalls
  8: set<string> names
  9: map<i32, string> labels
  10: map<string, Scalars> scalars
  11: Index index
  12: map<i32, map<string, list<set<i16>>>> deep
  13: list<list<list<list<list<list<list<list<i32>>>>>>>> deeper
  14: list<map<string, string>> rows
  15: list<Shape> shapes
}

/* What only languages with keys of any type can hold: npm's maps are plain objects. */
struct Keyed {
  1: map<Point, string> byPoint
  2: set<Point> points
  3: map<Id, Id> byId
  4: map<double, bool> byReal
  5: map<bool, string> byTruth
  6: map<Colour, list<string>> byColour
  7: map<list<i32> (python.immutable = ""), string> byPath
}

exception NotFound {
  1: i32 id
  2: string message
}

exception Denied {
  1: string reason
  2: Colour colour
  3: list<string> rights
  4: optional Point at
}

exception Nothing {
}

const i32 ANSWER = 42
const Id BEYOND_DOUBLES = 9007199254740993
const list<i8> TINIES = [-128, -1, 0, 1, 127]
const list<i16> SMALLS = [-32768, -1, 0, 1, 32767]
const list<i32> MEDIUMS = [-2147483648, -1, 0, 1, 2147483647]
const list<i64> LARGES = [
  -9223372036854775808, -9007199254740993, -4294967296, -1, 0, 1, 4294967296, 9007199254740993, 9223372036854775807
]
const list<double> REALS = [
  0.0, 1.0, -1.5, 0.1, 3.141592653589793, 1e-7, 9007199254740992.0, 1.7976931348623157e308, -1.7976931348623157e308
]

const list<string> TEXTS = [
  "",
  "plain",
  "tab\tline\nreturn\rquote\"back\\slash",
  "äöüß ŁódŹ ÇŞĞ",
  "Ελληνικά Русский ქართული Հայերեն",
  "עברית العربية فارسی",
  "हिन्दी தமிழ் ไทย አማርኛ",
  "中文 日本語 한국어",
  "é and é are not made one",
  "👍🏽 👩‍👩‍👧‍👦 🇪🇺 𝔘𝔫𝔦 𐍈"
]

const map<string, Scalars> EXTREMES = {
  "lowest": {
    "truth": false,
    "tiny": -128,
    "small": -32768,
    "medium": -2147483648,
    "large": -9223372036854775808,
    "real": -1.7976931348623157e308,
    "text": "",
    "bytes": "",
    "colour": Colour.RED
  },
  "highest": {
    "truth": true,
    "tiny": 127,
    "small": 32767,
    "medium": 2147483647,
    "large": 9223372036854775807,
    "real": 1.7976931348623157e308,
    "text": "ﷺ 𝄞 👾",
    "bytes": "as text",
    "colour": Colour.ULTRAVIOLET
  }
}

service Base {
  string ping()
}

service Everything extends Base {
  void nothing()
  bool echoBool(1: bool value)
  i8 echoI8(1: i8 value)
  i16 echoI16(1: i16 value)
  i32 echoI32(1: i32 value)
  Id echoI64(1: Id value)
  double echoDouble(1: double value)
  string echoString(1: string value)
  binary echoBinary(1: binary value)
  Colour echoColour(1: Colour value)
  list<string> echoTexts(1: list<string> value)
  Scalars echoScalars(1: Scalars value)
  Optionals echoOptionals(1: Optionals value)
  Defaults echoDefaults(1: Defaults value)
  Shape echoShape(1: Shape value)
  Tree echoTree(1: Tree value)
  Containers echoContainers(1: Containers value)
  Keyed echoKeyed(1: Keyed value)

  /* The server's own values: nothing the caller sent can make them right. */
  Scalars extremes(1: string which) throws (1: NotFound notFound)
  Defaults defaults()
  Optionals unset()

  /* All at once, as "truth/tiny/small/medium/large/text". Ids need not be in order. */
  string join(7: bool truth, 1: i8 tiny, 3: i16 small, 2: i32 medium, 300: i64 large, 5: string text)

  /* how: notFound, denied, nothing; undeclared is an error that the IDL does not name; any other text returns 0. */
  i32 fail(1: string how) throws (1: NotFound notFound, 2: Denied denied, 5: Nothing nothing)
  void failVoid(1: string how) throws (1: NotFound notFound, 2: Denied denied, 5: Nothing nothing)

  /* A handler that returns nothing where the IDL promises a text. */
  string missing()

  /* Answers after a while, so that an answer to a later call could overtake it. */
  string later(1: i32 milliseconds, 2: string text)

  oneway void count(1: i32 by)
  i32 counted()
}
