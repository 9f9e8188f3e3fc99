import type { Value } from '../idl/ast.ts';
import type { FieldDescriptor, Literal, StructDescriptor } from './descriptor.ts';
import type { Extents } from './extent.ts';
import type { FieldNode } from './nodes.ts';
import { circleText, inOrder } from './order.ts';
import type { Report } from './report.ts';

const mostParts = 1_000_000;
const mostPartsInAll = 10_000_000;

/** A field or parameter with what was written as its default. */
export interface DefaultedField {
  readonly field: FieldNode;
  readonly value: Value;
  readonly report: Report;
}

/**
 * Finds defaults that could never be made: a struct whose default holds that struct again, which gets its
 * default in turn; and such that double from struct to struct until no memory holds them.
 */
export function checkDefaults(
  defaults: readonly DefaultedField[],
  structs: readonly StructDescriptor[],
  extents: Extents,
): void {
  const sources = new Map<FieldDescriptor, DefaultedField>();
  let all = 0;
  for (const source of defaults) {
    const { field, value, report } = source;
    if (field.defaultValue === undefined) continue;
    sources.set(field, source);
    all += extents.size(field.defaultValue);
    if (all > mostPartsInAll) {
      report.error(value, 'constant-size', `all defaults together have more than ${mostPartsInAll} parts`);
      return;
    }
  }

  const broken = new Set<FieldDescriptor>();
  const ordered = inOrder(sources.keys(), impliedDefaults, circle => {
    const { value, report } = sources.get(circle[0]!)!;
    const message = `defaults contain each other: ${circleText(fieldNames(circle, structs))}`;
    report.error(value, 'default-cycle', message, 'leave one of them out: as they are, they have no end');
    broken.add(circle.at(-1)!);
  });

  const sizes = new Map<FieldDescriptor, number>();
  for (const field of ordered) {
    let size = extents.size(field.defaultValue!);
    if (!broken.has(field)) for (const inner of impliedDefaults(field)) size += sizes.get(inner) ?? 0;
    const source = sources.get(field);
    // Without one the default is of a file that was linked before, and was found small enough.
    if (size > mostParts && source !== undefined) {
      const { value, report } = source;
      report.error(value, 'constant-size', `the default has more than ${mostParts} parts`);
      size = 0;
    }
    sizes.set(field, size);
  }
}

function fieldNames(fields: readonly FieldDescriptor[], structs: readonly StructDescriptor[]): string[] {
  return fields.map(field => `${structs.find(struct => struct.byId.get(field.id) === field)}.${field.name}`);
}

/** The defaults that making a field's default makes as well: those of the structs in it, where not given. */
function* impliedDefaults(field: FieldDescriptor): Generator<FieldDescriptor> {
  const pending: Literal[] = [field.defaultValue!];
  for (let literal = pending.pop(); literal !== undefined; literal = pending.pop()) {
    for (const part of partsOf(literal)) pending.push(part);
    if (literal.kind === 'struct') {
      for (const inner of literal.type.fields) {
        if (inner.defaultValue !== undefined && !literal.fields.has(inner.name)) yield inner;
      }
    }
  }
}

function partsOf(literal: Literal): Iterable<Literal> {
  if (literal.kind === 'list' || literal.kind === 'set') return literal.elements;
  if (literal.kind === 'map') return literal.entries.flat();
  return literal.kind === 'struct' ? literal.fields.values() : [];
}
