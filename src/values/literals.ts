import type { Literal, StructDescriptor } from '../schema/descriptor.ts';

/** Makes a struct from the fields that a constant sets. */
export type Construct = (type: StructDescriptor, fields: ReadonlyMap<string, unknown>) => object;

/** The JavaScript value of a checked constant, made afresh: nobody can change another's default. */
export function fromLiteral(literal: Literal, construct: Construct): unknown {
  switch (literal.kind) {
    case 'i64':
      return literal.as === 'number' ? Number(literal.value) : literal.value;
    case 'binary':
      return new TextEncoder().encode(literal.value);
    case 'list':
      return literal.elements.map(element => fromLiteral(element, construct));
    case 'set':
      return new Set(literal.elements.map(element => fromLiteral(element, construct)));
    case 'map': {
      const entries = literal.entries.map(
        ([key, value]) => [fromLiteral(key, construct), fromLiteral(value, construct)] as const,
      );
      return literal.as === 'map'
        ? new Map(entries)
        : objectOf(entries as readonly (readonly [string, unknown])[]);
    }
    case 'struct': {
      const fields = new Map<string, unknown>();
      for (const [name, value] of literal.fields) fields.set(name, fromLiteral(value, construct));
      return construct(literal.type, fields);
    }
    default:
      return literal.value;
  }
}

/** True for constants whose value cannot be changed by who holds it, so that one serves all. */
export function isShareable(literal: Literal): boolean {
  return !['binary', 'list', 'set', 'map', 'struct'].includes(literal.kind);
}

/** A null-prototype object: keys such as `__proto__` are keys like any other. */
export function objectOf(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const object = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) object[key] = value;
  return object;
}
