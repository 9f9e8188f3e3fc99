import type { ListValue, MapValue, Span, Value } from '../idl/ast.ts';
import type { Literal } from './descriptor.ts';

/**
 * What a constant is evaluated from: a written value, or one evaluated already that a reference brings to
 * a place of another type.
 */
export type Input = Exclude<Value, ListValue | MapValue> | ListInput | MapInput | Evaluated;

/** A list as written, or one level of a list evaluated already. */
export interface ListInput extends Span {
  readonly kind: 'list';
  readonly elements: readonly Input[];
}

/** A map, likewise. */
export interface MapInput extends Span {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: Input; readonly value: Input }[];
}

/** What a reference stands for, at the reference's place. */
export interface Evaluated extends Span {
  readonly kind: 'evaluated';
  readonly literal: Literal;
}

/** One level of a literal as if it stood where the reference stands. A struct has no such form. */
export function unfold(literal: Exclude<Literal, { kind: 'struct' }>, { start, end }: Span): Input {
  const part = (inner: Literal): Evaluated => ({ kind: 'evaluated', literal: inner, start, end });
  switch (literal.kind) {
    case 'bool':
      return { kind: 'boolean', value: literal.value, start, end };
    case 'i8':
    case 'i16':
    case 'i32':
    case 'i64':
    case 'enum':
      return { kind: 'integer', value: BigInt(literal.value), start, end };
    case 'float':
    case 'double':
      return { kind: 'double', value: literal.value, start, end };
    case 'string':
    case 'binary':
    case 'uuid':
      return { kind: 'string', value: literal.value, start, end };
    case 'list':
    case 'set':
      return { kind: 'list', elements: literal.elements.map(part), start, end };
    case 'map': {
      const entries = literal.entries.map(([key, value]) => ({ key: part(key), value: part(value) }));
      return { kind: 'map', entries, start, end };
    }
  }
}

/** An input as an error text calls it. */
export function describe(input: Input): string {
  switch (input.kind) {
    case 'string':
      return `string ${JSON.stringify(input.value.length > 40 ? `${input.value.slice(0, 40)}...` : input.value)}`;
    case 'integer':
      return `integer ${input.value}`;
    case 'double':
      return `double ${input.value}`;
    case 'boolean':
      return String(input.value);
    case 'reference':
      return input.name;
    case 'struct':
      return `a ${input.name.text}`;
    case 'list':
    case 'map':
      return `a ${input.kind}`;
    case 'evaluated':
      return describeLiteral(input.literal);
  }
}

function describeLiteral(literal: Literal): string {
  if (literal.kind === 'struct') return `a ${literal.type}`;
  if (literal.kind === 'enum') return `${literal.type}.${literal.type.byValue.get(literal.value)?.name}`;
  return describe(unfold(literal, { start: 0, end: 0 }));
}
