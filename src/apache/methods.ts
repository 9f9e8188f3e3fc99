import type { Method } from '../rpc/method.ts';
import type { ServiceDescriptor } from '../schema/descriptor.ts';
import { dialect } from './codecs.ts';
import { argumentsRecord, resultRecord, type WireRecord } from './records.ts';

/** A method as npm's protocols carry it. */
export interface ApacheMethod {
  readonly method: Method;
  readonly name: string;
  readonly args: WireRecord;
  readonly result: WireRecord;
}

const made = new WeakMap<Method, ApacheMethod>();

/** A service's methods, own and inherited, by name. Throws a TypeError for one that npm's `thrift` cannot carry. */
export function methodsOf(service: ServiceDescriptor): ReadonlyMap<string, ApacheMethod> {
  const methods = Array.from(dialect.methodsOf(service).values(), apacheMethod);
  const streaming = methods.find(({ method }) => method.streams);
  if (streaming !== undefined)
    throw new TypeError(`${streaming.method.fullName}: npm's thrift has no streaming methods`);
  return new Map(methods.map(method => [method.name, method]));
}

/** One method. */
export function apacheMethod(method: Method): ApacheMethod {
  let found = made.get(method);
  if (found === undefined) {
    found = { method, name: method.name, args: argumentsRecord(method), result: resultRecord(method) };
    made.set(method, found);
  }
  return found;
}
