import { wireType } from './types.ts';

/** Bytes of a value by its type id, 0 for types of no fixed size, -1 for ids that are no type. */
export const fixedSizes: Int8Array = new Int8Array(256).fill(-1);
for (const [type, size] of [
  [wireType.bool, 1],
  [wireType.i8, 1],
  [wireType.i16, 2],
  [wireType.i32, 4],
  [wireType.i64, 8],
  [wireType.double, 8],
  [wireType.float, 4],
  [wireType.uuid, 16],
  [wireType.string, 0],
  [wireType.struct, 0],
  [wireType.map, 0],
  [wireType.set, 0],
  [wireType.list, 0],
] as const)
  fixedSizes[type] = size;

/** The least bytes a value of a type takes: a list cannot have more elements than bytes left / this. */
export function leastSize(type: number): number {
  if (type === wireType.struct) return 1;
  if (type === wireType.map) return 6;
  if (type === wireType.list || type === wireType.set) return 5;
  if (type === wireType.string) return 4;
  return fixedSizes[type]!;
}
