import type { ServiceDescriptor } from '../schema/descriptor.ts';

declare const api: unique symbol;
declare const impl: unique symbol;

/**
 * A loaded service: what `makeClient` calls and `makeServer` serves. `Api` is its methods' signatures, an
 * interface such as `{ login(username: string, password: string): string }`; it exists for the compiler only.
 * `Impl` is the same as a handler sees it, where that differs: arguments as they are decoded, results as they
 * may be given.
 */
export interface Service<Api = unknown, Impl = Api> {
  readonly [api]: Api;
  readonly [impl]: Impl;
  readonly name: string;
  toString(): string;
}

/** True for a service of a module without a type of its own: nothing is known of its methods. */
export type IsDynamic<S> = 0 extends 1 & S ? true : false;

/** The methods of a service, as its clients see them. */
export type ApiOf<S> = S extends { readonly [api]: infer Api } ? Api : never;

/** The methods of a service, as its handler sees them. */
export type ImplOf<S> = S extends { readonly [impl]: infer Impl } ? Impl : never;

class LoadedService {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  toString(): string {
    return `service ${this.name}`;
  }
}

const services = new WeakMap<ServiceDescriptor, Service>();
const descriptors = new WeakMap<object, ServiceDescriptor>();

/** What a user holds of a service. One for each descriptor. */
export function serviceOf(descriptor: ServiceDescriptor): Service {
  let made = services.get(descriptor);
  if (made === undefined) {
    made = Object.freeze(new LoadedService(descriptor.name)) as unknown as Service;
    services.set(descriptor, made);
    descriptors.set(made, descriptor);
  }
  return made;
}

/** The descriptor of a loaded service; a TypeError that says what was expected for anything else. */
export function serviceDescriptor(service: unknown): ServiceDescriptor {
  const found = typeof service === 'object' && service !== null ? descriptors.get(service) : undefined;
  if (found === undefined) {
    throw new TypeError(
      'expected a service of a loaded module, such as `const { PingPong } = await load("pingpong.thrift")`',
    );
  }
  return found;
}

/** The descriptor of a loaded service, if it is one. */
export function typeOfService(made: object): ServiceDescriptor | undefined {
  return descriptors.get(made);
}
