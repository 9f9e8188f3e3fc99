import { checkOptions } from '../options.ts';
import type { SocketAddress, TcpAddress } from '../rpc/address.ts';
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
  /** Resolves when the entry is there for the first time. */
  ready(): Promise<void>;
  /** Takes the entry away. Resolves also where the registry is out of reach: then the entry goes by itself. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
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
