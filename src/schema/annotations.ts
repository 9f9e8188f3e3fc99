import type { Annotation, Value } from '../idl/ast.ts';
import type { Annotations, AnnotationValue, Literal } from './descriptor.ts';
import { noAnnotations } from './nodes.ts';

/** What a structured annotation's value means, where its name is that of a known struct. */
export type EvaluateStructured = (annotation: Annotation) => Literal | undefined;

/** The record of what was written, each key's values in order. */
export function linkAnnotations(
  annotations: readonly Annotation[],
  evaluate: EvaluateStructured,
): Annotations {
  if (annotations.length === 0) return noAnnotations;
  const lists: Record<string, AnnotationValue[]> = Object.create(null);
  for (const annotation of annotations) {
    const { structured, name, value } = annotation;
    const key = structured ? `@${name.text}` : name.text;
    const list = (lists[key] ??= []);
    list.push(structured ? (evaluate(annotation) ?? untyped(value) ?? '1') : plainText(value));
  }
  for (const list of Object.values(lists)) Object.freeze(list);
  return Object.freeze(lists);
}

/** Annotations in a place where structured ones cannot stand: on types. */
export function plainAnnotations(annotations: readonly Annotation[]): Annotations {
  return linkAnnotations(annotations, () => undefined);
}

/** `(key)` alone is `"1"`, as in Apache's compiler. */
function plainText(value: Value | undefined): AnnotationValue {
  if (value === undefined) return '1';
  if (value.kind === 'integer' || value.kind === 'double' || value.kind === 'boolean') {
    return String(value.value);
  }
  return untyped(value) ?? '1';
}

/** A structured annotation whose struct is not known, kept as it was written. */
function untyped(value: Value | undefined): AnnotationValue | undefined {
  if (value === undefined || value.kind === 'string') return value?.value;
  return untypedLiteral(value);
}

function untypedLiteral(value: Value): Literal {
  switch (value.kind) {
    case 'integer':
      return Object.freeze({ kind: 'i64', value: value.value, as: 'bigint' });
    case 'double':
      return Object.freeze({ kind: 'double', value: value.value });
    case 'boolean':
      return Object.freeze({ kind: 'bool', value: value.value });
    case 'string':
      return Object.freeze({ kind: 'string', value: value.value });
    case 'reference':
      return Object.freeze({ kind: 'string', value: value.name });
    case 'list':
      return Object.freeze({ kind: 'list', elements: Object.freeze(value.elements.map(untypedLiteral)) });
    case 'map':
      return untypedMap(value.entries.map(entry => [untypedLiteral(entry.key), untypedLiteral(entry.value)]));
    case 'struct':
      return untypedMap(
        value.fields.map(field => [{ kind: 'string', value: field.name.text }, untypedLiteral(field.value)]),
      );
  }
}

function untypedMap(entries: [Literal, Literal][]): Literal {
  const frozen = entries.map(([key, value]) => Object.freeze([Object.freeze(key), value] as const));
  return Object.freeze({ kind: 'map', as: 'map', entries: Object.freeze(frozen) });
}
