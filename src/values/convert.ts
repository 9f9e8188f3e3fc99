import { resolve, type StructDescriptor, type TypeDescriptor } from '../schema/descriptor.ts';
import { readField, setOwn } from './fields.ts';

/**
 * A copy made of plain objects, arrays, sets and maps, without what is unset: for `deepEqual`, spreading and
 * structured clones.
 */
export function toPlain(type: StructDescriptor, value: object): object {
  const object = {};
  for (const field of type.fields) {
    const member = readField(type, value, field);
    if (member !== undefined && member !== null) setOwn(object, field.name, copy(field.type, member));
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
      return toPlain(type, value);
    case 'binary':
      return Uint8Array.from(value as Uint8Array);
    default:
      return value;
  }
}
