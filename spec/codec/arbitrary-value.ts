import fc from 'fast-check';
import { binary } from '../../src/protocol/binary.ts';
import type { Protocol } from '../../src/protocol/protocol.ts';
import {
  type FieldDescriptor,
  resolve,
  type StructDescriptor,
  type TypeDescriptor,
} from '../../src/schema/descriptor.ts';
import { classOf } from '../../src/values/classes.ts';
import { canonical } from '../../src/values/equality.ts';
import { setOwn } from '../../src/values/fields.ts';
import { anySchemaFor, type Schema } from './arbitrary-schema.ts';

/** Texts of every width in UTF-8, short and beyond what the short path takes. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
  fc.constantFrom('', '__proto__', 'constructor', '\ufeff', '\ufffd', '\0'),
);

const safe = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });

/** Valid values of a type, in every form that encoders take. `depth` ends recursion. */
export function anyValueOf(declared: TypeDescriptor, depth = 4): fc.Arbitrary<unknown> {
  const type = resolve(declared);
  const size = { maxLength: depth <= 0 ? 0 : 4 };
  switch (type.kind) {
    case 'bool':
      return fc.boolean();
    case 'i8':
      return fc.integer({ min: -128, max: 127 });
    case 'i16':
      return fc.integer({ min: -32768, max: 32767 });
    case 'i32':
      return fc.integer();
    case 'i64':
      return type.as === 'number'
        ? fc.oneof(safe, safe.map(BigInt))
        : fc.oneof(safe, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    case 'float':
      return fc.float();
    case 'double':
      return fc.double();
    case 'string':
      return anyText;
    case 'binary':
      return fc.uint8Array({ maxLength: 40 });
    case 'uuid':
      return fc.oneof(
        fc.uuid(),
        fc.uuid().map(text => text.toUpperCase()),
      );
    case 'enum':
      return fc.oneof(fc.integer(), fc.constantFrom(...type.byName.keys()));
    case 'list':
      return fc.array(anyValueOf(type.element, depth - 1), size);
    case 'set': {
      const elements = unique(type.element, anyValueOf(type.element, depth - 1), size);
      return fc.oneof(
        elements,
        elements.map(list => new Set(list)),
      );
    }
    case 'map': {
      const pairs = fc.uniqueArray(
        fc.tuple(anyValueOf(type.key, depth - 1), anyValueOf(type.value, depth - 1)),
        {
          ...size,
          selector: ([key]) => canonical(type.key, key),
        },
      );
      const map = pairs.map(entries => new Map(entries));
      return resolve(type.key).kind === 'string' ? fc.oneof(map, pairs.map(objectFrom)) : map;
    }
    default:
      return type.kind === 'union' ? union(type, depth) : record(type, depth);
  }
}

function unique(element: TypeDescriptor, values: fc.Arbitrary<unknown>, size: { maxLength: number }) {
  return fc.uniqueArray(values, { ...size, selector: value => canonical(element, value) });
}

function objectFrom(entries: readonly (readonly [unknown, unknown])[]): object {
  const object = {};
  for (const [key, value] of entries)
    Object.defineProperty(object, key as string, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return object;
}

function union(type: StructDescriptor, depth: number): fc.Arbitrary<object> {
  const members = depth <= 0 ? type.fields.slice(0, 1) : type.fields;
  return fc
    .oneof(...members.map(field => anyValueOf(field.type, depth - 1).map(value => [[field, value]] as Given)))
    .chain(given => asRecord(type, given));
}

type Given = [FieldDescriptor, unknown][];

function record(type: StructDescriptor, depth: number): fc.Arbitrary<object> {
  const members = type.fields.map(field => {
    const required = field.requiredness === 'required' && field.defaultValue === undefined;
    if (required) return anyValueOf(field.type, depth - 1);
    if (depth <= 0) return fc.constant(undefined);
    // null for a field with a default is another value: it is sent as nothing, and so comes back as the default.
    const unset = field.defaultValue === undefined ? [undefined, null] : [undefined];
    return fc.oneof(
      { weight: 3, arbitrary: anyValueOf(field.type, depth - 1) },
      { weight: 1, arbitrary: fc.constantFrom(...unset) },
    );
  });
  return fc.tuple(...members).chain(values =>
    asRecord(
      type,
      type.fields.map((field, index) => [field, values[index]]),
    ),
  );
}

/** A plain object or an instance; unset members are there as undefined, or not at all. */
function asRecord(type: StructDescriptor, given: Given): fc.Arbitrary<object> {
  return fc.constantFrom('plain', 'sparse', 'instance').map(form => {
    const object = {};
    for (const [field, value] of given)
      if (form === 'plain' || value !== undefined) setOwn(object, field.name, value);
    return form === 'instance' ? new (classOf(type))(object) : object;
  });
}

/** A type of a random schema, and valid values of it. */
export interface Typed {
  readonly schema: Schema;
  readonly type: StructDescriptor;
  readonly value: unknown;
  readonly other: unknown;
}

export const typed: fc.Arbitrary<Typed> = typedFor(binary);

/** Such types and values that a protocol has a form for. */
export function typedFor(protocol: Protocol): fc.Arbitrary<Typed> {
  return anySchemaFor(protocol)
    .chain(schema => fc.tuple(fc.constant(schema), fc.constantFrom(...schema.types)))
    .chain(([schema, type]) =>
      fc.record({
        schema: fc.constant(schema),
        type: fc.constant(type),
        value: anyValueOf(type),
        other: anyValueOf(type),
      }),
    );
}
