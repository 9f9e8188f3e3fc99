/**
 * Everything that Apache's compiler reads.
 *
 *   - with an indented line
 */
include "shared.thrift"
include '../lib/a.b.thrift'
cpp_include "<unordered_map>"
namespace * kitchen
namespace py kitchen.sink (py.style = "new")
namespace java.swift org.example.kitchen

# a comment of the shell's kind
// one of C++'s kind
/* one of C's kind */
/**/
/*****/

typedef i32 Number
typedef map<string, list<set<i64>>> Deep (doc = "a typedef",)
typedef list<Number> ( cpp.template = "std::list" ) Numbers;
typedef map cpp_type "std::unordered_map" <i32, string> Hashed
typedef list<i32> cpp_type "std::deque<int32_t>" Deque

const bool YES = true
const bool NO = 0
const byte SMALL = -128
const i8 SAME = 0x7F;
const i16 OCTAL_LOOKING = 010,
const i32 PLUS = +5
const i64 LOW = -9223372036854775808
const i64 HIGH = 0x7FFFFFFFFFFFFFFF
const double POINT = .5
const double EXPONENT = -1.5e-10
const double BIG = 1E+300
const string ESCAPED = "line\nreturn\rtab\tquote\"apostrophe\'backslash\\"
const string SINGLE = 'it "is" ünïcödé, 漢字 and 😀'
const string EMPTY = ""
const binary BYTES = "bytes"
const uuid ID = "{00112233-4455-6677-8899-aabbccddeeff}"
const list<i32> LIST = [1, 2; 3 4, PLUS]
const set<string> SET = ["a", "b",]
const map<string, list<Color>> MAP = {"a": [Color.RED], 'b': [], "c" : [shared.Color.BLUE];}
const User USER = {"id": 1, "name": USER_NAME, "nested": {"a": {"b": [1.5, 2]}}}

enum Empty {}
enum Color {
  /** The first. */
  RED
  GREEN = 2,
  BLUE = 0xFF (hex) ;
  NEGATIVE = -1
  TRUE = true /** documents the next one */
  LAST
} (color.space = "rgb", deprecated)

/** A user of the service. */
struct User {
  1: required i32 id (go.tag = "json:\"id\"", unique)
  2: optional string name = "nobody",
  3: list<map<string, shared.Thing>> things = [];
  /**
   * The next one.
   */
  -4: optional User & next
  bool implicit
  6: binary (cpp.type = "IOBuf") bytes (a = "1"; b = "2" c)
  7: i32 required, 8: i32 optional; 9: string list 10: string struct
  11: double include = 1.5, 12: bool async, 13: i32 namespace
  14: set<uuid> ids xsd_optional xsd_nillable xsd_attrs { 1: string lang = "en"; 2: i32 size } (x = "y")
  0x0F: byte hex
}

struct Xsd xsd_all { 1: i32 a } (xsd = "yes")
union Either { 1: i32 left; 2: string right } (either)
exception NotFound {
  1: string message
  2: i64 when = 0
} (retry = "never")

service Base {
  void ping()
}

/** The service. */
service Kitchen extends Base {
  oneway void fire(1: string what),
  async void forget(1: string what);
  User get(1: i32 id, 2: optional bool deep = false) throws (1: NotFound missing, 2: shared.Denied denied) (idempotent = "1")
  list<i32> (x = "y") numbers(i32 from; i32 to)
  map<string, User> all() throws ()
  /** Two words. */
  shared.Thing thing(1: shared.Thing thing),
  i32 keyword(1: i32 throws, 2: i32 extends, 3: i32 void, 4: i32 service) throws (1: NotFound exception)
} (versioned)

service Remote extends shared.Base {}
