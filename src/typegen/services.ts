import {
  type FieldDescriptor,
  type MethodDescriptor,
  type ServiceDescriptor,
  streamsParameter,
  type TypeDescriptor,
} from '../schema/descriptor.ts';
import { docRows, throwsRows } from './docs.ts';
import { innerName, writeInner } from './inner.ts';
import { exported, localName, memberName } from './names.ts';
import { Mapped, type Output } from './output.ts';
import type { References } from './references.ts';

/** Who looks at a method: a client gives inputs and gets decoded values, a handler the other way round. */
type View = 'Api' | 'Impl';

/** A service: the value that `load` gives, and its methods as clients and as handlers see them. */
export function writeService(out: Output, service: ServiceDescriptor, references: References): void {
  const local = localName(service.name);
  out.doc(docRows(service));
  out.line(
    exported(service.name, 'declare const '),
    new Mapped(local, service.position),
    `: $.Service<${local}.Api, ${local}.Impl>;`,
  );
  out.block([exported(service.name, 'declare namespace '), new Mapped(local, service.position)], () => {
    for (const view of ['Api', 'Impl'] as const) {
      const base = inherited(service, view, references);
      out.block(['interface ', innerName(service, view), base], () => {
        for (const method of service.ownMethods) writeMethod(out, method, view, references);
      });
      writeInner(out, service, view);
    }
  });
}

/** What a service inherits; a method that takes the place of an inherited one need not be like it. */
function inherited(service: ServiceDescriptor, view: View, references: References): string {
  const base = service.extends;
  if (base === undefined) return '';
  const written = `${references.definition(base)}.${view}`;
  const replaced = service.ownMethods.filter(({ name }) => base.methods.has(name));
  if (replaced.length === 0) return ` extends ${written}`;
  return ` extends $.Omit<${written}, ${replaced.map(({ name }) => JSON.stringify(name)).join(' | ')}>`;
}

function writeMethod(out: Output, method: MethodDescriptor, view: View, references: References): void {
  const signature =
    method.streaming === undefined ? unary(method, view, references) : streaming(method, view, references);
  out.doc(docRows(method, ...throwsRows(method)));
  out.line(new Mapped(memberName(method.name), method.position), signature);
}

/** What a view gives, and what it gets. */
function directions(
  view: View,
  references: References,
): { arg: References['decoded']; result: References['decoded'] } {
  const decoded: References['decoded'] = type => references.decoded(type);
  const input: References['decoded'] = type => references.input(type);
  return view === 'Api' ? { arg: input, result: decoded } : { arg: decoded, result: input };
}

function unary(method: MethodDescriptor, view: View, references: References): string {
  const { result } = directions(view, references);
  const returned = method.returns === undefined || method.oneway ? 'void' : result(method.returns);
  return `(${parameters(method.parameters, view, references).join(', ')}): ${returned};`;
}

function streaming(method: MethodDescriptor, view: View, references: References): string {
  const { sends, receives, first, final } = method.streaming!;
  const { arg, result } = directions(view, references);
  // What is given may be any iterable.
  const [sent, received] = view === 'Api' ? ['$.StreamInput', '$.Stream'] : ['$.Stream', '$.StreamInput'];
  const list = streamsParameter(method)
    ? []
    : parameters(method.parameters, view, references, sends !== undefined);
  if (sends !== undefined) list.push(`requests: ${sent}<${arg(sends)}>`);
  const rest =
    receives === undefined
      ? ended(final ?? (first === undefined ? method.returns : undefined), result)
      : `${received}<${result(receives)}>`;
  if (first === undefined) return `(${list.join(', ')}): ${rest};`;
  // The final answer comes when all is sent.
  const [name, later] =
    receives !== undefined
      ? ['stream', rest]
      : ['final', view === 'Api' ? `$.Promise<${rest}>` : `${rest} | $.Promise<${rest}>`];
  const returned = `readonly [first: ${result(first)}, ${name}: ${later}]`;
  return `(${list.join(', ')}): ${returned};`;
}

function ended(type: TypeDescriptor | undefined, result: References['decoded']): string {
  return type === undefined ? 'void' : result(type);
}

/**
 * Only what is declared optional, or has a default, may be left out, and only from the end: `isFollowed` says that it is
 * not there.
 */
function parameters(
  fields: readonly FieldDescriptor[],
  view: View,
  references: References,
  isFollowed = false,
): string[] {
  const { arg } = directions(view, references);
  const mayLack = fields.map(field => field.requiredness === 'optional' || field.defaultValue !== undefined);
  return fields.map((field, index) => {
    const name = localName(field.name);
    if (!mayLack[index]) return `${name}: ${arg(field.type)}`;
    if (view === 'Impl')
      return `${name}: ${arg(field.type)}${field.defaultValue === undefined ? ' | undefined' : ''}`;
    const atEnd = !isFollowed && mayLack.slice(index).every(Boolean);
    return `${name}${atEnd ? '?' : ''}: ${arg(field.type)} | null${atEnd ? '' : ' | undefined'}`;
  });
}
