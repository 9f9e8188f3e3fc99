import type { Field } from '../idl/ast.ts';
import type { FieldDescriptor } from './descriptor.ts';
import { resolve } from './descriptor.ts';
import type { Linking } from './linking.ts';
import { type FieldNode, noAnnotations } from './nodes.ts';
import { isUnknown } from './scope.ts';
import { applyJsType, linkType } from './types.ts';

/** Where a list of fields stands; each place has its own rules. */
export type FieldPlace = 'struct' | 'union' | 'exception' | 'parameters' | 'throws';

/** Links a list of fields, without the values of their defaults. */
export function linkFields(fields: readonly Field[], place: FieldPlace, linking: Linking): FieldDescriptor[] {
  const { report, scope, types } = linking;
  const ids = fieldIds(fields, place, linking);
  const names = new Map<string, Field>();
  const usedIds = new Map<number, Field>();
  const linked: FieldDescriptor[] = [];
  let withDefault = 0;

  for (const [index, field] of fields.entries()) {
    const id = ids[index]!;
    const { text: name } = field.name;
    const sameName = names.get(name);
    const sameId = usedIds.get(id);
    if (sameName !== undefined) {
      report.error(field.name, 'duplicate-name', `"${name}" is ${already(sameName, linking)}`);
    }
    if (sameId !== undefined) {
      const span = field.id ?? field.name;
      report.error(span, 'duplicate-id', `${id} is the id of "${sameId.name.text}" already`);
    }
    names.set(name, field);
    usedIds.set(id, field);

    const written = linkType(field.type, scope, types, report);
    const type = applyJsType(written, field.annotations, types, report);
    const node: FieldNode = {
      id,
      name,
      type,
      requiredness: requiredness(field, place, linking),
      annotations: noAnnotations,
      position: report.position(field.name),
    };
    if (field.doc !== undefined) node.doc = field.doc;
    if (field.defaultValue !== undefined) {
      withDefault += 1;
      linking.deferDefault(node, field.defaultValue);
      if (place === 'union' && withDefault === 2) {
        report.warn(field.defaultValue, 'union-defaults', 'a second default in a union: only one can be set');
      }
    }
    if (place === 'throws' && !isUnknown(type) && resolve(type).kind !== 'exception') {
      report.warn(field.type, 'throws-not-exception', `${type} is not an exception and cannot be thrown`);
    }
    linking.deferAnnotations(node, field.annotations);
    linked.push(node);
  }
  return linked;
}

/** Written ids; those that were left out count down from -1, whatever is written in between. */
function fieldIds(fields: readonly Field[], place: FieldPlace, { report }: Linking): number[] {
  let implicit = 0;
  return fields.map(field => {
    const { id: written, name } = field;
    if (written === undefined) {
      implicit -= 1;
      const hint = `its id is ${implicit}: write the ids, so that fields can be added without changing them`;
      report.warn(name, 'implicit-field-id', `"${name.text}" has no id`, hint);
      return implicit;
    }
    const id = Number(written.value);
    if (id < -32768 || id > 32767) {
      report.error(written, 'field-id-range', `a field id is from 1 to 32767, not ${written.value}`);
    } else if (id === 0 && place === 'throws') {
      implicit -= 1;
      const message = `the id 0 in a reply is that of the result: "${name.text}" has ${implicit} instead`;
      report.warn(written, 'field-id-not-positive', message);
      return implicit;
    } else if (id <= 0) {
      const hint = 'other compilers may put another number in its place';
      report.warn(written, 'field-id-not-positive', `a field id should be above 0, not ${id}`, hint);
    }
    return id;
  });
}

function requiredness(field: Field, place: FieldPlace, { report }: Linking): FieldDescriptor['requiredness'] {
  const written = field.requiredness ?? 'default';
  const { name } = field;
  if (place === 'union') {
    if (written === 'required') {
      report.warn(name, 'union-required', `"${name.text}" cannot be required: a union holds one field only`);
    }
    return 'optional';
  }
  if (place === 'parameters' && written === 'optional') {
    report.warn(name, 'optional-parameter', `"optional" means nothing for a parameter`);
    return 'default';
  }
  if (place === 'throws') {
    if (written === 'required') {
      report.warn(name, 'required-throws', `"required" means nothing in throws: at most one is thrown`);
    }
    return 'optional';
  }
  return written;
}

function already(other: Field, { report }: Linking): string {
  const { line, column } = report.position(other.name);
  return `the name of another field already, at ${line}:${column}`;
}
