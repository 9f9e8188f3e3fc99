/*
 * As much of everything.thrift as thriftpy 0.3.9 can read: byte for i8, no annotations, nothing but text and
 * integers as keys. It is spoken with thriftpy in spec/interop.
 */

namespace py essentials

enum Level {
  LOW = 1,
  MIDDLE,
  HIGH = 100
}

typedef i64 Id

struct Point {
  1: required i32 x
  2: required i32 y
}

struct Record {
  1: bool truth
  2: byte tiny
  3: i16 small
  4: i32 medium
  5: Id large
  6: double real
  7: string text
  8: binary bytes
  9: Level level
  10: list<Id> larges
  11: set<string> names
  12: map<string, list<map<i32, string>>> index
  13: map<Id, Point> points
  14: optional Point at
  300: optional string note
}

struct Defaults {
  1: bool truth = true
  2: byte tiny = -8
  3: i32 medium = 0x10
  4: Id large = 9007199254740993
  5: double real = 6.25
  6: string text = 'it "is" said'
  7: Level level = Level.HIGH
  8: list<i32> numbers = [3, 1, 2]
  9: map<string, i32> counts = {"one": 1, "two": 2}
  10: optional i32 offered = 13
}

union Either {
  1: i32 number
  2: string text
  3: list<Point> path
}

struct Tree {
  1: i32 value
  2: list<Tree> children
}

exception NotFound {
  1: i32 id
  2: string message
}

exception Denied {
  1: string reason
  2: Level level
  3: list<string> rights
}

const list<Id> LARGES = [-9223372036854775808, -9007199254740993, -1, 0, 1, 9007199254740993, 9223372036854775807]
const list<string> TEXTS = ["", "plain", "äöüß Ελληνικά Русский", "עברית العربية", "हिन्दी ไทย አማርኛ 中文 日本語 한국어", "👍🏽 𝔘𝔫𝔦 𐍈"]

service Base {
  string ping()
}

service Essentials extends Base {
  void nothing()
  Id echoI64(1: Id value)
  double echoDouble(1: double value)
  binary echoBinary(1: binary value)
  Level echoLevel(1: Level value)
  list<string> echoTexts(1: list<string> value)
  Record echoRecord(1: Record value)
  Defaults echoDefaults(1: Defaults value)
  Either echoEither(1: Either value)
  Tree echoTree(1: Tree value)

  /* The server's own values: nothing the caller sent can make them right. */
  Defaults defaults()
  Record unset()
  string join(1: bool truth, 2: byte tiny, 4: i16 small, 8: i32 medium, 16: Id large, 32: string text)

  /* how: notFound, denied; undeclared is an error that the IDL does not name; any other text returns 0. */
  i32 fail(1: string how) throws (1: NotFound notFound, 2: Denied denied)
  void failVoid(1: string how) throws (1: NotFound notFound, 2: Denied denied)

  /* A handler that returns nothing where the IDL promises a text. */
  string missing()

  oneway void count(1: i32 by)
  i32 counted()
}
