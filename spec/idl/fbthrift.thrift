/** What fbthrift adds to Thrift. */
include "thrift/annotation/thrift.thrift"
include "shared.thrift" as common

@thrift.AllowLegacyMissingUris
package "meta.com/kitchen"

namespace cpp2 facebook.kitchen

const i32 HEX = 0x10
const i32 BINARY = 0b101
const i32 OCTAL = 0o17
const bool YES = true
const User ROOT = User{id = 1, name = "root", tags = ["a"]}
const list<User> USERS = [User{id = 1}; User{}, common.User{id = 2}]

@thrift.Experimental
@common.Labels{labels = ["a", "b"], level = 3, inner = common.Inner{deep = true}}
/** Documented after its annotations. */
struct User {
  @thrift.Box
  1: optional User next;
  /** Documented before. */
  @thrift.Deprecated{message = "old"} 2: float weight;
  3: string name (sized = 1, flag = true);
}

@thrift.Uri{value = ""}
enum Level {
  @thrift.Deprecated
  LOW = 0,
  HIGH = 1,
}

safe transient server exception Busy {
  1: string message;
}
permanent client exception Wrong {}

interaction Session {
  i32 get();
  oneway void touch();
}

service Kitchen {
  performs Session;
  Session open();
  common.Session, i32 openWith(1: i32 seed);
  Session, stream<i32> watch();
  Session, void begin();
  readonly User find(1: i32 id);
  idempotent void put(@thrift.Mixin 1: User user) throws (1: Busy busy);
  stream<User> all();
  i32, stream<User throws (1: Busy busy)> count() throws (1: Wrong wrong);
  sink<i32, string> upload();
  User, sink<i32 throws (1: Busy busy), string throws (1: Wrong wrong)> push(1: string name);
  @thrift.Priority{level = Level.HIGH}
  readonly readonlyOf(1: stream stream, 2: sink sink, 3: performs performs);
  performs performs(1: package package, 2: interaction interaction);
}

struct package {}
struct stream {}
struct sink { 1: as as; 2: safe safe; 3: client client }
typedef i32 interaction
