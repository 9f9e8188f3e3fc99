import { type WireType, wireType } from './types.ts';

/** The compact protocol's own type ids (thrift-compact-protocol.md). A bool field's type is its value. */
export const compactType = {
  true: 1,
  false: 2,
  i8: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  string: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
} as const;

const toWire: readonly (WireType | undefined)[] = [
  undefined,
  wireType.bool,
  wireType.bool,
  wireType.i8,
  wireType.i16,
  wireType.i32,
  wireType.i64,
  wireType.double,
  wireType.string,
  wireType.list,
  wireType.set,
  wireType.map,
  wireType.struct,
  wireType.uuid,
];

const toCompact: ReadonlyMap<WireType, number> = new Map(
  toWire.flatMap((wire, compact) =>
    wire === undefined || compact === compactType.false ? [] : [[wire, compact] as const],
  ),
);

/** Thrift's type for one of the compact protocol's; undefined where there is none. */
export function wireTypeOf(compact: number): WireType | undefined {
  return toWire[compact];
}

/** The compact protocol's type for one of Thrift's; undefined for fbthrift's float, which has taken uuid's id there. */
export function compactTypeOf(wire: WireType): number | undefined {
  return toCompact.get(wire);
}

/** The least bytes a value takes: a list cannot have more elements than bytes left / this. */
export function leastCompactSize(wire: number): number {
  if (wire === wireType.double) return 8;
  return wire === wireType.uuid ? 16 : 1;
}
