import type { Enum } from '../idl/ast.ts';
import type { Linking } from './linking.ts';
import { type EnumMemberNode, type EnumNode, noAnnotations } from './nodes.ts';

const least = -(2n ** 31n);
const most = 2n ** 31n - 1n;

/** Fills an enum: a member without a number has the one after its predecessor's, the first has 0. */
export function linkEnum(node: EnumNode, written: Enum, linking: Linking): void {
  const { report } = linking;
  let next = 0n;
  for (const { name, value, doc, annotations } of written.members) {
    let number = value?.value ?? next;
    if (number < least || number > most) {
      const message = `the number of ${node}.${name.text} would be ${number}, which does not fit i32`;
      report.error(value ?? name, 'enum-range', message);
      number = 0n;
    }
    next = number + 1n;

    const first = node.byName.get(name.text);
    if (first !== undefined) {
      const { line, column } = first.position;
      const message = `"${name.text}" is a member of ${node} already, at ${line}:${column}`;
      report.error(name, 'duplicate-name', message);
      continue;
    }
    const position = report.position(name);
    const member: EnumMemberNode = {
      name: name.text,
      value: Number(number),
      annotations: noAnnotations,
      position,
    };
    if (doc !== undefined) member.doc = doc;
    linking.deferAnnotations(member, annotations);
    node.members.push(member);
    node.byName.set(member.name, member);
    if (!node.byValue.has(member.value)) node.byValue.set(member.value, member);
  }
}
