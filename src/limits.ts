/** What protects a process from its peers. On by default, in one place; each can be set per server and client. */
export interface Limits {
  /** Bytes of one frame, its length prefix not counted. */
  readonly frame: number;
  /** Bytes of one message that comes without a frame. */
  readonly message: number;
  /** Structs in structs, in reading, writing and skipping; and containers that stand directly in containers. */
  readonly depth: number;
  /** Bytes of a method's name in a message header. */
  readonly name: number;
  /** Calls under way on one connection. */
  readonly pending: number;
  /** Bytes written to one connection that the socket has not taken yet. */
  readonly unsent: number;
  /** ms in which a message that has begun, or a handshake, must have come whole. A server waits no longer. */
  readonly partial: number;
}

/** Frame and message as in Apache's TConfiguration (THRIFT-5021). */
export const defaultLimits: Limits = Object.freeze({
  frame: 16_384_000,
  message: 100 * 1024 * 1024,
  depth: 64,
  name: 1024,
  pending: 100_000,
  unsent: 64 * 1024 * 1024,
  partial: 60_000,
});

/** The defaults with `own` over them; a limit that is not a number above 0 is a TypeError that names it. */
export function withLimits(own: Partial<Limits> | undefined): Limits {
  if (own === undefined) return defaultLimits;
  for (const [name, value] of Object.entries(own)) {
    if (!Object.hasOwn(defaultLimits, name)) {
      throw new TypeError(
        `limits.${name} is not a limit; there are: ${Object.keys(defaultLimits).join(', ')}`,
      );
    }
    if (value !== undefined && !(typeof value === 'number' && value > 0)) {
      throw new TypeError(`limits.${name}: expected a number above 0, got ${String(value)}`);
    }
  }
  const set = Object.entries(own).filter(([, value]) => value !== undefined);
  return Object.freeze({ ...defaultLimits, ...Object.fromEntries(set) });
}
