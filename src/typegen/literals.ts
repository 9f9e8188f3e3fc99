import type { Literal, TypeDescriptor } from '../schema/descriptor.ts';
import { resolve } from '../schema/descriptor.ts';
import type { References } from './references.ts';

/** Beyond so many elements a list is typed as a list: nobody reads its elements off a type. */
const MOST_ELEMENTS = 64;

/** The type of a constant: its value, as far as TypeScript has a type for it. */
export function literalType(literal: Literal, declared: TypeDescriptor, references: References): string {
  const type = resolve(declared);
  switch (literal.kind) {
    case 'bool':
      return String(literal.value);
    case 'i64':
      return literal.as === 'number' ? String(literal.value) : `${literal.value}n`;
    case 'string':
    case 'uuid':
      return JSON.stringify(literal.value);
    case 'enum':
      // A number that is no member's is not in the enum's type.
      return String(literal.value);
    case 'binary':
      return '$.Binary';
    case 'list':
      if (type.kind !== 'list' || literal.elements.length > MOST_ELEMENTS)
        return `$.Readonly<${references.decoded(type)}>`;
      return `readonly [${literal.elements.map(element => literalType(element, type.element, references)).join(', ')}]`;
    case 'set':
    case 'map':
    case 'struct':
      return `$.Readonly<${references.decoded(type)}>`;
    default:
      return Number.isFinite(literal.value) ? String(literal.value) : 'number';
  }
}
