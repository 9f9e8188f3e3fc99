import { type InlineModule, idl } from '../inline/idl.ts';

/** Names and ids are those of Apache's contrib/fb303/if/fb303.thrift. */
const text = `
/** What health checks, monitors and administrators may ask of any service. */
namespace cpp facebook.fb303
namespace java com.facebook.fb303

enum fb_status {
  DEAD = 0,
  STARTING = 1,
  ALIVE = 2,
  STOPPING = 3,
  STOPPED = 4,
  WARNING = 5,
}

service FacebookService {
  /** What the service is called. */
  string getName(),

  string getVersion(),

  fb_status getStatus(),

  /** Why the status is what it is, for people. */
  string getStatusDetails(),

  map<string, i64> getCounters(),

  /** 0 for one that there is not. */
  i64 getCounter(1: string key),

  void setOption(1: string key, 2: string value),

  /** Empty for one that there is not. */
  string getOption(1: string key),

  map<string, string> getOptions(),

  /** A profile of the next seconds, in a form that both ends know. */
  string getCpuProfile(1: i32 profileDurationInSec),

  /** In seconds since 1970. */
  i64 aliveSince(),

  /** Asks it to read its configuration again. */
  oneway void reinitialize(),

  /** Asks it to end. */
  oneway void shutdown(),
}
`;

export type Fb303 = InlineModule<typeof text>;

let loaded: Fb303 | undefined;

/** The module of fb303.thrift, loaded when first asked for. */
export function fb303Module(): Fb303 {
  loaded ??= idl(text, { name: 'fb303.thrift' });
  return loaded;
}
