/* Whatever the grammar allows and nobody writes: "quotes", { braces } and it's # all in comments. */
namespace js odd
namespace * odd // none

const string TEXT = "a { brace } // no comment, it's (text)";
const string QUOTED = 'it "is" \'said\''
const bool YES = true
const bool NO = 0
const i32 TEN = 10, const i64 LARGE = 9007199254740993
const double HALF = 0.5
const i32 SAME = TEN
const Mode MODE = Mode.WRITE
const i32 NUMBER = Mode.READ
const map<string, map<string, i32>> INDEX = { "a": { "b": 1 }, "c": {} }
const binary BYTES = "bytes"
const set<i32> SET = [1, 2]

typedef string Key (note = "(in brackets)")
typedef i64 (js.type = "number") Count
typedef Mode Way typedef Point Place typedef list<list<Point>> Paths;
typedef Key KeyAgain

enum Mode { READ WRITE = 4, APPEND (a.b = "c") ; OTHER = 4 } (final)
enum Signs { BELOW = -1, ZERO, NINE = 9, TEN, HUNDRED = 199, NEXT }
enum None {}

struct Empty {}
struct Point { 1: required i32 x; 2: required i32 y } (cpp.type = "Point")
struct Odd {
  1: required string required, 2: optional i32 optional 3: string list
  4: map<Key, i64> keyed = { "a": 1 } (x = "y, z"), 5: map<i32, set<Mode>> modes
  6: list<map<string, list<Point>>> deep = [ { "a": [ { "x": 1, "y": 2 } ] } ];
  7: required i32 filled = 0x10
  8: i64 (js.type = "number") small, 9: i64 tiny (js.type = "number"), 10: Count count
  11: optional Odd & odd 12: Way way 13: Place place 14: Paths paths 15: Either either
  16: binary bytes, 17: uuid id, 18: byte b, 19: double d, 20: bool flag,
  21: KeyAgain again, 22: map<KeyAgain, Count> counts, 23: Later later
}
union Either { 1: Point point 2: list<Either> eithers, 3: string text = "none" }
union Hollow {}
exception Told { 1: string message 2: i32 code }
exception Set { 1: i32 message, 2: string name 3: optional string stack 4: required bool fine = true }
struct Later { 1: None none }

service Root { void nothing() oneway void count(1: i32 by) }
service Middle extends Root { Paths paths (1: Paths paths = [], 2: optional i32 rest), }
service Leaf extends Middle {
  // not a method(1: i32 a)
  Either either(1: Either either (a = "("), 2: Count count 3: i64 large) throws (1: Told told, 2: Set set) (a = ")"),
  map<string, Mode> modes(1: optional i32 a, 2: required set<Mode> modes, 3: optional i32 c, 4: string d = "x");
  Odd odd(1: Odd required, Way way); list<binary> bytes()
}
