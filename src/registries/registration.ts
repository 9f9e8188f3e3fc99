import { checkOptions } from '../options.ts';
import type { SocketAddress, TcpAddress } from '../rpc/address.ts';
import { deferred } from '../rpc/timers.ts';
import { checkPublicAddress, checkWeight } from './instances.ts';

/** What a server says of itself, to any registry. */
export interface RegistrationOptions {
  /** Where others reach it: not `0.0.0.0`. */
  readonly address: SocketAddress | string;
  /** Its share of the calls, where the policy knows shares. Default: 10, as Kitex has it. */
  readonly weight?: number;
  /** Told why it could not be entered, or is no longer; it is tried again. Default: `console.error`. */
  readonly onError?: (error: Error) => void;
}

/** A server's entry in a registry, which goes when its process does. */
export interface Registration {
  /** Resolves when the entry is there for the first time. Rejects when the registration is closed before. */
  ready(): Promise<void>;
  /** Takes the entry away. Resolves also where the registry is out of reach: then the entry goes by itself. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Whether a server was ever entered, for those who wait for that. */
export class FirstEntry {
  readonly #made = deferred();

  constructor() {
    // Nobody has to wait for it.
    this.#made.promise.catch(() => {});
  }

  get made(): Promise<void> {
    return this.#made.promise;
  }

  succeeded(): void {
    this.#made.resolve();
  }

  /** There will be none any more. `name`: the registry and the entry. */
  closed(name: string): void {
    const text =
      'the registration was closed before the entry was made; onError was told of each attempt that failed';
    this.#made.reject(new Error(`${name}: ${text}`));
  }
}

/** What there is to know before a server can be entered. Throws a TypeError for options of the wrong shape. */
export function checkRegistration(
  what: string,
  options: RegistrationOptions,
  own: readonly string[],
): { readonly address: TcpAddress; readonly weight: number; readonly onError: (error: Error) => void } {
  checkOptions(what, options, ['address', 'weight', 'onError', ...own]);
  const { address, weight = 10, onError = console.error } = options;
  return { address: checkPublicAddress(what, address), weight: checkWeight(what, weight), onError };
}
