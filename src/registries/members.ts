import { addressText } from '../rpc/address.ts';
import type { Endpoint, ResolverWatcher } from '../rpc/balance/resolver.ts';
import { type Instance, readInstance } from './instances.ts';

/** Servers of one name. Nobody has as many; what a registry is filled with by mistake must not fill this process. */
export const mostMembers = 10_000;

/**
 * What a registry holds under one name, from which a watcher is told where the servers are: when that changes, and
 * not when something else did. A value that cannot be read is reported once, and left out.
 */
export class Members {
  readonly #watcher: ResolverWatcher;
  readonly #endpoint: string | undefined;
  readonly #instances = new Map<string, Instance | undefined>();
  /** What could not be read, and was said. */
  readonly #reported = new Map<string, string>();
  #told: string | undefined;
  #isClosed = false;

  constructor(watcher: ResolverWatcher, endpoint?: string) {
    this.#watcher = watcher;
    this.#endpoint = endpoint;
  }

  set(name: string, value: Uint8Array): void {
    if (this.#instances.size >= mostMembers && !this.#instances.has(name)) {
      this.failed(tooMany(name));
      return;
    }
    let instance: Instance | undefined;
    try {
      instance = readInstance(name, value, this.#endpoint);
      this.#reported.delete(name);
    } catch (error) {
      const { message } = error as Error;
      if (this.#reported.get(name) !== message) this.failed(error as Error);
      this.#reported.set(name, message);
    }
    this.#instances.set(name, instance);
  }

  delete(name: string): void {
    this.#instances.delete(name);
    this.#reported.delete(name);
  }

  has(name: string): boolean {
    return this.#instances.has(name);
  }

  /** Deletes those that are not among `names`. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#instances.keys()) if (!names.has(name)) this.delete(name);
  }

  /** Tells the watcher that not all could be found out. */
  failed(error: Error): void {
    if (!this.#isClosed) this.#watcher.failed(error);
  }

  /** The watcher hears no more: also where it closes at a word that others were to follow. */
  close(): void {
    this.#isClosed = true;
  }

  /** Tells the watcher, should there be something to tell. A server that stands there twice is one. */
  publish(): void {
    const endpoints = new Map<string, Endpoint>();
    for (const instance of this.#instances.values())
      if (instance !== undefined) endpoints.set(addressText(instance.address), instance);
    const text = JSON.stringify([...endpoints.entries()].sort(([a], [b]) => (a < b ? -1 : 1)));
    if (text === this.#told || this.#isClosed) return;
    this.#told = text;
    this.#watcher.update([...endpoints.values()]);
  }
}

/** That there are more than `mostMembers`. */
export function tooMany(name: string): Error {
  return new Error(`${name}: there are more than ${mostMembers} servers; those beyond are left out`);
}
