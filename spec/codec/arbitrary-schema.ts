import fc from 'fast-check';
import { loadSource } from '../../src/load.ts';
import { binary } from '../../src/protocol/binary.ts';
import type { Protocol } from '../../src/protocol/protocol.ts';
import { wireType } from '../../src/protocol/types.ts';
import type { StructDescriptor } from '../../src/schema/descriptor.ts';
import { describe as describeLoaded } from '../../src/values/module.ts';

/** Names that mean something to JavaScript, among some that do not. */
const fieldNames = [
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'toJSON', 'valueOf'],
  ...['message', 'name', 'stack', 'cause', 'fields', 'length', 'size', 'prototype'],
];

const scalars = ['bool', 'i8', 'i16', 'i32', 'i64', 'double', 'string', 'binary', 'uuid'];

/** A loaded schema: what was written, and its structs, unions and exceptions. */
export interface Schema {
  readonly text: string;
  readonly types: readonly StructDescriptor[];
}

/** Schemas of a few structs, unions, exceptions and an enum that use each other, recursively too. */
export const anySchema: fc.Arbitrary<Schema> = anySchemaFor(binary);

/** Such schemas of types that a protocol has a form for. */
export function anySchemaFor(protocol: Protocol): fc.Arbitrary<Schema> {
  return fc
    .record({
      kinds: fc.array(fc.constantFrom(...(['struct', 'struct', 'struct', 'union', 'exception'] as const)), {
        minLength: 1,
        maxLength: 4,
      }),
      int64: fc.constantFrom(...(['bigint', 'number'] as const)),
      maps: fc.constantFrom(...(['map', 'object'] as const)),
    })
    .chain(({ kinds, int64, maps }) =>
      fc.tuple(...kinds.map((kind, index) => definition(kind, index, kinds.length))).map(definitions => {
        const text = [
          'enum E { ZERO, ONE, constructor = 7, __proto__ = -3, AGAIN = 7 }',
          'typedef list<E> Es',
          ...definitions,
        ]
          .join('\n')
          .replaceAll(/\bfloat\b/g, protocol.holds(wireType.float) ? 'float' : 'double');
        const module = loadSource(text, { int64, maps, onWarning() {} });
        return {
          text,
          types: kinds.map((_, index) => describeLoaded(module, `T${index}`) as StructDescriptor),
        };
      }),
    );
}

type Kind = 'struct' | 'union' | 'exception';

const FEW = 7;
/** As many as generated code reads and writes in several functions. */
const MANY = { minLength: 41, maxLength: 100 };
const manyNames = [...fieldNames, ...Array.from({ length: 90 }, (_, i) => `x${i}`)];

function definition(kind: Kind, index: number, count: number): fc.Arbitrary<string> {
  const few = { minLength: kind === 'union' ? 1 : 0, maxLength: FEW };
  return fc
    .oneof(
      { weight: 9, arbitrary: fc.uniqueArray(fc.constantFrom(...fieldNames), few) },
      { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...manyNames), MANY) },
    )
    .chain(names =>
      fc.tuple(
        fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: -32768, max: 32767 })), {
          minLength: names.length,
          maxLength: names.length,
        }),
        ...names.map((name, place) => field(kind, name, place, index, count, names.length > FEW)),
      ),
    )
    .map(([ids, ...fields]) => {
      const lines = fields.map((line, place) => `  ${ids[place]}: ${line}`);
      return `${kind} T${index} {\n${lines.join('\n')}\n}`;
    });
}

/**
 * A union's first member, and whatever is required, leads to no type that could lead back. One of many leads nowhere, or
 * values would have no end.
 */
function field(
  kind: Kind,
  name: string,
  place: number,
  index: number,
  count: number,
  isOneOfMany: boolean,
): fc.Arbitrary<string> {
  const safe =
    index === 0 || isOneOfMany
      ? plainType
      : fc.oneof(
          plainType,
          fc.nat(index - 1).map(n => `T${n}`),
        );
  const any = isOneOfMany
    ? plainType
    : fc.oneof(
        safe,
        fc.nat(count - 1).map(n => `T${n}`),
        anyType(count),
      );
  if (kind === 'union') return (place === 0 ? plainType : any).map(type => `${type} ${name}`);
  return fc.oneof(
    safe.map(type => `required ${type} ${name}`),
    any.map(type => `optional ${type} ${name}`),
    any.map(type => `${type} ${name}`),
    fc
      .tuple(fc.constantFrom('', 'required ', 'optional '), fc.constantFrom(...defaulted))
      .map(([word, [type, value]]) => `${word}${type} ${name} = ${value}`),
  );
}

const defaulted = [
  ['bool', 'true'],
  ['i8', '-7'],
  ['i32', '0'],
  ['i64', '9007199254740991'],
  ['double', '0.0'],
  ['double', '-0.0'],
  ['string', '"dé\\"f"'],
  ['binary', '"bytes"'],
  ['uuid', '"00112233-4455-6677-8899-aabbccddeeff"'],
  ['E', 'E.ONE'],
  ['list<i32>', '[1, 2]'],
  ['set<string>', '["x"]'],
  ['map<string, list<i64>>', '{"__proto__": [1], "k": []}'],
] as const;

const plainType: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...scalars, 'float', 'E', 'Es', 'i64 (js.type = "number")') },
  { weight: 1, arbitrary: fc.constantFrom(...scalars).map(element => `list<${element}>`) },
);

function anyType(count: number): fc.Arbitrary<string> {
  return fc.letrec<{ type: string }>(tie => ({
    type: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.oneof(
        plainType,
        fc.nat(count - 1).map(n => `T${n}`),
      ),
      tie('type').map(element => `list<${element}>`),
      tie('type').map(element => `set<${element}>`),
      fc.tuple(tie('type'), tie('type')).map(([key, value]) => `map<${key}, ${value}>`),
      tie('type').map(value => `map<string, ${value}>`),
    ),
  })).type;
}
