import { codecsByProtocol } from '../codec/by-protocol.ts';
import type { Codec } from '../codec/codec.ts';
import type { Codecs } from '../codec/codecs.ts';
import type { Protocol, ProtocolName } from '../protocol/protocol.ts';
import type { ServiceDescriptor } from '../schema/descriptor.ts';
import { applicationExceptionCodec } from './application-exception.ts';
import { type Method, methodOf } from './method.ts';

/** All of one protocol's codecs, methods and messages. */
export class Dialect {
  readonly protocol: Protocol;
  /** The body of an exception message. */
  readonly exception: Codec;
  readonly #codecs: Codecs;
  readonly #methods = new WeakMap<ServiceDescriptor, ReadonlyMap<string, Method>>();

  constructor(codecs: Codecs) {
    this.protocol = codecs.protocol;
    this.#codecs = codecs;
    this.exception = applicationExceptionCodec(codecs);
  }

  /** A service's methods, own and inherited, by name. */
  methodsOf(service: ServiceDescriptor): ReadonlyMap<string, Method> {
    let methods = this.#methods.get(service);
    if (methods === undefined) {
      const all = Array.from(service.methods.values(), method => methodOf(method, this.#codecs));
      methods = new Map(all.map(method => [method.name, method]));
      this.#methods.set(service, methods);
    }
    return methods;
  }
}

/** One for each protocol. */
export const dialects: Readonly<Record<ProtocolName, Dialect>> = Object.freeze(
  mapProtocols(name => new Dialect(codecsByProtocol[name])),
);

/** Something for each protocol, by its name. */
export function mapProtocols<T>(make: (name: ProtocolName) => T): Record<ProtocolName, T> {
  const names = Object.keys(codecsByProtocol) as ProtocolName[];
  return Object.fromEntries(names.map(name => [name, make(name)])) as Record<ProtocolName, T>;
}
