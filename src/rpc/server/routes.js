import { methodsOf } from '../method.ts';
/**
 * Which handler a message's name leads to. `Service:method`, as multiplexing clients write it, names both; a
 * plain name goes to the first service, or to the only other one that has the method.
 */
export class Routes {
    #byName = new Map();
    /** Plain names that several services after the first have: they lead nowhere. */
    #ambiguous = new Set();
    #services = [];
    find(name) {
        return this.#byName.get(name);
    }
    /** Adds a service. Throws a TypeError for a declared method without a handler, unless `partial`. */
    add(service, handler, partial) {
        if (typeof handler !== 'object' || handler === null) {
            throw new TypeError(`the handler of ${service.name}: expected an object with its methods, got ${String(handler)}`);
        }
        if (this.#services.some(({ name }) => name === service.name)) {
            throw new TypeError(`the server has a service ${service.name} already`);
        }
        const routes = Array.from(methodsOf(service).values(), method => routeOf(method, handler));
        const missing = routes
            .filter(({ run, method }) => run === undefined && !method.streams)
            .map(({ method }) => method.name);
        if (missing.length > 0 && !partial) {
            const text = `the handler of ${service.name} has no function for ${missing.join(', ')}`;
            throw new TypeError(`${text}; { partial: true } serves it without, callers get UNIMPLEMENTED`);
        }
        for (const route of routes)
            this.#register(service, route);
        this.#services.push(service);
    }
    #register(service, route) {
        const { name } = route.method;
        this.#byName.set(`${service.name}:${name}`, route);
        const first = this.#services[0];
        if (first?.methods.has(name))
            return;
        if (this.#ambiguous.has(name))
            return;
        if (this.#byName.has(name)) {
            this.#byName.delete(name);
            this.#ambiguous.add(name);
        }
        else
            this.#byName.set(name, route);
    }
}
function routeOf(method, handler) {
    const run = method.streams ? undefined : functionOf(handler, method.name);
    return { method, target: handler, run };
}
/** The handler's own or inherited function; what every object has, such as `toString`, serves no method. */
function functionOf(handler, name) {
    for (let at = handler; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
        if (!Object.hasOwn(at, name))
            continue;
        // A class's own `constructor` is the class.
        if (name === 'constructor' && at !== handler)
            return undefined;
        const value = handler[name];
        return typeof value === 'function' ? value : undefined;
    }
    return undefined;
}
