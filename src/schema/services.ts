import type { Function as FunctionNode, Name, Returns, Service, StreamReturn, Type } from '../idl/ast.ts';
import type { StreamingDescriptor, TypeDescriptor } from './descriptor.ts';
import { linkFields } from './fields.ts';
import type { Linking } from './linking.ts';
import { MethodNode, ServiceNode } from './nodes.ts';
import { circleText, inOrder } from './order.ts';
import type { Report } from './report.ts';
import { linkType } from './types.ts';

/** A service with what was written of it. */
export interface DeclaredService {
  readonly node: ServiceNode;
  readonly service: Service;
  readonly linking: Linking;
}

/** Links all services of all files: who extends whom first, then their methods. */
export function linkServices(declared: readonly DeclaredService[]): void {
  for (const { node, service, linking } of declared) {
    const parent = service.extends && findService(service.extends, 'service', linking);
    if (parent !== undefined) node.extends = parent;
    for (const name of service.performs) {
      const interaction = findService(name, 'interaction', linking);
      if (interaction !== undefined) node.performs.push(interaction);
    }
  }
  breakCircles(declared);
  for (const { node, service, linking } of declared) {
    const own = new Set<string>();
    for (const method of service.functions) {
      const { text, start, end } = method.name;
      if (own.has(text)) {
        linking.report.error(
          { start, end },
          'duplicate-name',
          `"${node.name}" has a method "${text}" already`,
        );
      }
      own.add(text);
      node.ownMethods.push(linkMethod(method, node.name, linking));
    }
  }
  warnOfOverrides(declared);
}

function findService(
  name: Name,
  kind: 'service' | 'interaction',
  { scope, report }: Linking,
): ServiceNode | undefined {
  const found = scope.findType(name.text, name, report, `unknown-${kind}`, kind);
  if (found === undefined || (found instanceof ServiceNode && found.kind === kind)) return found;
  const message = `"${name.text}" is ${indefinite(found.kind)}, not ${indefinite(kind)}`;
  report.error(name, `not-${indefinite(kind).replace(' ', '-')}`, message);
  return undefined;
}

function indefinite(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

function breakCircles(declared: readonly DeclaredService[]): void {
  const sources = new Map(declared.map(item => [item.node, item]));
  const parents = (node: ServiceNode) => (node.extends === undefined ? [] : [node.extends]);
  inOrder(sources.keys(), parents, circle => {
    const first = circle[0]!;
    const { service, linking } = sources.get(first)!;
    const message = `services extend each other: ${circleText(circle.map(String))}`;
    linking.report.error(service.extends ?? service.name, 'extends-cycle', message);
    delete first.extends;
  });
}

/** Only names that several services declare are looked for, so that long lines of services stay cheap. */
function warnOfOverrides(declared: readonly DeclaredService[]): void {
  const counts = new Map<string, number>();
  for (const { node } of declared) {
    for (const { name } of node.ownMethods) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const names = new Map(declared.map(({ node }) => [node, new Set(node.ownMethods.map(({ name }) => name))]));
  for (const { node, service, linking } of declared) {
    for (const { name } of service.functions) {
      if (node.extends === undefined || counts.get(name.text) === 1) continue;
      let ancestor: ServiceNode | undefined = node.extends;
      while (ancestor !== undefined && !names.get(ancestor)!.has(name.text)) ancestor = ancestor.extends;
      if (ancestor === undefined) continue;
      const message = `"${name.text}" takes the place of the one that "${ancestor}" declares`;
      linking.report.warn(name, 'inherited-method', message);
    }
  }
}

function linkMethod(written: FunctionNode, service: string, linking: Linking): MethodNode {
  const { report, scope, types } = linking;
  const { name, returns, doc } = written;
  const link = (type: Type) => linkType(type, scope, types, report);
  const method = new MethodNode(name.text, service, doc, report.position(name));
  linking.deferAnnotations(method, written.annotations);
  method.oneway = written.oneway;
  method.qualifiers = written.qualifiers.map(({ text }) => text).filter(text => text !== 'async');
  method.parameters = linkFields(written.parameters, 'parameters', linking);
  method.throws = linkFields(written.throws, 'throws', linking);

  const opened = openedInteraction(returns, linking);
  const result = returns.first && returns.first !== opened ? link(returns.first) : undefined;
  if (result !== undefined) method.returns = result;
  const streaming =
    returns.stream === undefined
      ? annotatedStream(written, method, report)
      : returnedStream(returns.stream, result, linking);
  if (streaming !== undefined) method.streaming = streaming;

  if (method.oneway) {
    if (streaming !== undefined) {
      report.error(name, 'oneway-stream', `"${method}" is oneway and cannot stream`);
    } else if (result !== undefined) {
      report.warn(returns, 'oneway-result', `"${method}" is oneway: nothing is returned`);
    }
    if (written.throws.length > 0) {
      report.warn(written.throws[0]!, 'oneway-throws', `"${method}" is oneway: nothing can be thrown`);
    }
    delete method.returns;
    method.throws = [];
  }
  return method;
}

/** fbthrift: a method that opens an interaction names it before what it returns, or instead. */
function openedInteraction(returns: Returns, linking: Linking): Type | undefined {
  const { scope, report } = linking;
  const instead = returns.first?.kind === 'named' && scope.peekType(returns.first.name.text);
  const opened =
    returns.interaction ?? (instead && instead.kind === 'interaction' ? returns.first : undefined);
  // What is not a name is an error of the parser's.
  if (opened?.kind !== 'named') return opened;
  if (findService(opened.name, 'interaction', linking) !== undefined) {
    const message = `opening the interaction "${opened.name.text}" is not supported: the call only calls`;
    report.warn(opened, 'interaction-result', message);
  }
  return opened;
}

/** fbthrift's `stream<T>` and `sink<T, R>`. */
function returnedStream(
  stream: StreamReturn,
  first: TypeDescriptor | undefined,
  linking: Linking,
): StreamingDescriptor {
  const element = linkType(stream.element, linking.scope, linking.types, linking.report);
  const final = stream.final && linkType(stream.final, linking.scope, linking.types, linking.report);
  const elementThrows = linkFields(stream.elementThrows, 'throws', linking);
  const finalThrows = linkFields(stream.finalThrows, 'throws', linking);
  const client = stream.kind === 'sink';
  return {
    client,
    server: !client,
    ...(client ? { sends: element } : { receives: element }),
    ...(first === undefined ? {} : { first }),
    ...(final === undefined ? {} : { final }),
    sendThrows: client ? elementThrows : [],
    receiveThrows: client ? finalThrows : elementThrows,
  };
}

/** Kitex's `(streaming.mode = "...")`: parameter and result are declared as for a unary call. */
function annotatedStream(
  written: FunctionNode,
  method: MethodNode,
  report: Report,
): StreamingDescriptor | undefined {
  const annotation = written.annotations.findLast(
    ({ name, structured }) => name.text === 'streaming.mode' && !structured,
  );
  if (annotation === undefined) return undefined;
  const mode = annotation.value?.kind === 'string' ? annotation.value.value : '';
  if (mode === 'unary') return undefined;
  const client = mode === 'client' || mode === 'bidirectional';
  const server = mode === 'server' || mode === 'bidirectional';
  if (!client && !server) {
    const hint = 'there are "client", "server", "bidirectional" and "unary"';
    report.error(annotation, 'streaming-mode', `there is no streaming mode "${mode}"`, hint);
    return undefined;
  }
  const { parameters, returns } = method;
  if (returns === undefined) {
    report.error(written.returns, 'streaming-mode', `"${method}" streams and must return what is streamed`);
    return undefined;
  }
  if (client && parameters.length !== 1) {
    const message = `"${method}" must have one parameter, the type of what the client streams`;
    report.error(written.name, 'streaming-mode', message);
    return undefined;
  }
  return {
    client,
    server,
    ...(client ? { sends: parameters[0]!.type } : {}),
    ...(server ? { receives: returns } : { final: returns }),
    sendThrows: [],
    receiveThrows: [],
  };
}
