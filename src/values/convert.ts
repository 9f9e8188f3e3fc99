import { resolve, type StructDescriptor, type TypeDescriptor } from '../schema/descriptor.ts';
import { readField, setOwn } from './fields.ts';

/**
 * What `JSON.stringify` writes for a struct: fields by name, unset ones left out; i64 beyond 2^53-1 as decimal
 * text, binary as base64, NaN and the infinities as text; a set as an array; a map as an object where its keys
 * are scalars, else as an array of pairs.
 */
export function toJSON(type: StructDescriptor, value: object): object {
  return plain(type, value, json) as object;
}

/**
 * A copy made of plain objects, arrays, sets and maps, without what is unset: for `deepEqual`, spreading and
 * structured clones.
 */
export function toPlain(type: StructDescriptor, value: object): object {
  return plain(type, value, copy) as object;
}

type Convert = (type: TypeDescriptor, value: unknown) => unknown;

function plain(type: StructDescriptor, value: object, convert: Convert): object {
  const object = {};
  for (const field of type.fields) {
    const member = readField(type, value, field);
    if (member !== undefined && member !== null) setOwn(object, field.name, convert(field.type, member));
  }
  return object;
}

function copy(declared: TypeDescriptor, value: unknown): unknown {
  const type = resolve(declared);
  if (typeof value !== 'object' || value === null) return value;
  switch (type.kind) {
    case 'list':
      return Array.from(value as Iterable<unknown>, element => copy(type.element, element));
    case 'set':
      return new Set(Array.from(value as Iterable<unknown>, element => copy(type.element, element)));
    case 'map':
      if (!(value instanceof Map)) {
        const object = Object.create(null) as object;
        for (const [key, member] of Object.entries(value)) setOwn(object, key, copy(type.value, member));
        return object;
      }
      return new Map(Array.from(value, ([key, member]) => [copy(type.key, key), copy(type.value, member)]));
    case 'struct':
    case 'union':
    case 'exception':
      return plain(type, value, copy);
    case 'binary':
      return Uint8Array.from(value as Uint8Array);
    default:
      return value;
  }
}

function json(declared: TypeDescriptor, value: unknown): unknown {
  const type = resolve(declared);
  switch (type.kind) {
    case 'i64':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'float':
    case 'double':
      return Number.isFinite(value) ? value : String(value);
    case 'binary':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'list':
    case 'set':
      return Array.from(value as Iterable<unknown>, element => json(type.element, element));
    case 'map': {
      const entries = value instanceof Map ? [...value] : Object.entries(value as object);
      const key = resolve(type.key).kind;
      if (['list', 'set', 'map', 'struct', 'union', 'exception'].includes(key)) {
        return entries.map(([k, v]) => [json(type.key, k), json(type.value, v)]);
      }
      const object = {};
      for (const [k, v] of entries) setOwn(object, String(json(type.key, k)), json(type.value, v));
      return object;
    }
    case 'struct':
    case 'union':
    case 'exception':
      return plain(type, value as object, json);
    default:
      return value;
  }
}
