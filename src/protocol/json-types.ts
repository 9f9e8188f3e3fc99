import { type WireType, wireType } from './types.ts';

/** Types as the JSON protocol names them (the comment of its TJSONProtocol.h); fbthrift's float has no name. */
const names: Partial<Record<WireType, string>> = {
  [wireType.bool]: 'tf',
  [wireType.i8]: 'i8',
  [wireType.i16]: 'i16',
  [wireType.i32]: 'i32',
  [wireType.i64]: 'i64',
  [wireType.double]: 'dbl',
  [wireType.string]: 'str',
  [wireType.struct]: 'rec',
  [wireType.map]: 'map',
  [wireType.list]: 'lst',
  [wireType.set]: 'set',
  [wireType.uuid]: 'uid',
};

const types: ReadonlyMap<string, WireType> = new Map(
  Object.entries(names).map(([type, name]) => [name, Number(type) as WireType]),
);

/** The name of a type; undefined for a type that the protocol cannot carry. */
export function jsonNameOf(type: WireType): string | undefined {
  return names[type];
}

/** The type of a name; undefined for what is none. */
export function jsonTypeOf(name: string): WireType | undefined {
  return types.get(name);
}
