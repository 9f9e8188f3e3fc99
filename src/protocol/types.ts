/** Thrift's type ids, as they stand on the wire in the binary protocol and inside the others' tables. */
export const wireType = {
  stop: 0,
  bool: 2,
  i8: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  string: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
  uuid: 16,
  /** fbthrift's alone. */
  float: 19,
} as const;

export type WireType = (typeof wireType)[keyof typeof wireType];

/**
 * How deep a field's value lies in a struct at `depth`. Structs count, as in Apache's libraries; a container does
 * only inside another container, where no struct would.
 */
export function fieldDepth(type: number, depth: number): number {
  return type === wireType.struct ? depth + 1 : depth;
}

/** Message types of the header. */
export const messageType = { call: 1, reply: 2, exception: 3, oneway: 4 } as const;
