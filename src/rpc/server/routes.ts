import type { ProtocolName } from '../../protocol/protocol.ts';
import type { ServiceDescriptor } from '../../schema/descriptor.ts';
import { show } from '../../values/refusals.ts';
import { dialects, mapProtocols } from '../dialect.ts';
import type { Method } from '../method.ts';

/** A handler's function for one method; undefined where it is missing. */
export interface Route {
  readonly methods: Readonly<Record<ProtocolName, Method>>;
  readonly target: object;
  readonly run: ((...args: unknown[]) => unknown) | undefined;
  /** Served however busy the server is. */
  readonly isExempt: boolean;
}

/**
 * Which handler a message's name leads to. `Service:method`, as multiplexing clients write it, names both; a
 * plain name goes to the first service, or to the only other one that has the method.
 */
export class Routes {
  readonly #byName = new Map<string, Route>();
  /** Plain names that several services after the first have: they lead nowhere. */
  readonly #ambiguous = new Set<string>();
  readonly #services: ServiceDescriptor[] = [];
  /** What was looked for last, and found: a client's calls tend to be alike. */
  #latest: { readonly name: string; readonly service: string | undefined; readonly route: Route } | undefined;

  /**
   * The route of a name, in the service that the client's transport names, if it does. One that is not served here
   * says nothing: Kitex's clients may know a service by another name, and its servers go by the method then too.
   */
  find(name: string, service: string | undefined): Route | undefined {
    const latest = this.#latest;
    if (latest !== undefined && latest.name === name && latest.service === service) return latest.route;
    const isKnown = service !== undefined && this.#services.some(known => known.name === service);
    const route = this.#byName.get(isKnown && !name.includes(':') ? `${service}:${name}` : name);
    if (route !== undefined) this.#latest = { name, service, route };
    return route;
  }

  /** Adds a service. Throws a TypeError for a declared method without a handler, unless `partial`. */
  add(service: ServiceDescriptor, handler: object, partial: boolean, isExempt: boolean): void {
    if (typeof handler !== 'object' || handler === null) {
      throw new TypeError(
        `the handler of ${service.name}: expected an object with its methods, got ${String(handler)}`,
      );
    }
    if (this.#services.some(({ name }) => name === service.name)) {
      throw new TypeError(`the server has a service ${service.name} already`);
    }
    const routes = Array.from(service.methods.keys(), name => routeOf(service, name, handler, isExempt));
    const missing = routes
      .filter(({ run }) => run === undefined)
      .map(({ methods }) => lacking(handler, methods.binary.name));
    if (missing.length > 0 && !partial) {
      const text = `the handler of ${service.name} has no function for ${missing.join(', ')}`;
      throw new TypeError(`${text}; { partial: true } serves it without, callers get UNIMPLEMENTED`);
    }
    for (const route of routes) this.#register(service, route);
    this.#services.push(service);
    this.#latest = undefined;
  }

  #register(service: ServiceDescriptor, route: Route): void {
    const { name } = route.methods.binary;
    this.#byName.set(`${service.name}:${name}`, route);
    const first = this.#services[0];
    if (first?.methods.has(name)) return;
    if (this.#ambiguous.has(name)) return;
    if (this.#byName.has(name)) {
      this.#byName.delete(name);
      this.#ambiguous.add(name);
    } else this.#byName.set(name, route);
  }
}

function routeOf(service: ServiceDescriptor, name: string, handler: object, isExempt: boolean): Route {
  const methods = mapProtocols(protocol => dialects[protocol].methodsOf(service).get(name)!);
  return { methods, target: handler, run: functionOf(handler, name), isExempt };
}

/** The name of a method that has no function, and what stands in its place. */
function lacking(handler: object, name: string): string {
  if (!Object.hasOwn(handler, name)) return name;
  return `${name} (there is ${show((handler as Record<string, unknown>)[name])})`;
}

/** The handler's own or inherited function; what every object has, such as `toString`, serves no method. */
function functionOf(handler: object, name: string): Route['run'] {
  for (
    let at: object | null = handler;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    if (!Object.hasOwn(at, name)) continue;
    // A class's own `constructor` is the class.
    if (name === 'constructor' && at !== handler) return undefined;
    const value = (handler as Record<string, unknown>)[name];
    return typeof value === 'function' ? (value as Route['run']) : undefined;
  }
  return undefined;
}
