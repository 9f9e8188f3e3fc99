import type { Etcd3, Lease } from 'etcd3';
import { addressText } from '../rpc/address.ts';
import { Attempts } from './attempts.ts';
import { type EtcdPlace, placeKeys, prefixOf } from './etcd-place.ts';
import { kitexValue } from './instances.ts';
import {
  checkRegistration,
  FirstEntry,
  type Registration,
  type RegistrationOptions,
} from './registration.ts';

export interface EtcdRegistrationOptions extends EtcdPlace, RegistrationOptions {
  /** Seconds for which the entry outlives a process that died, as etcd counts leases: 1 or more. Default: 10. */
  readonly ttl?: number;
}

/** ms that etcd may take to answer. */
const PATIENCE = 5000;

/**
 * Enters a server in etcd, as Kitex's registry-etcd does, under a lease that is kept alive until `close`. The client
 * of npm's `etcd3` stays the caller's: to be closed after. Should the lease be lost, because etcd was away for long or
 * came back without it, a new one is taken. Throws a TypeError for options of the wrong shape.
 */
export function etcdRegistration(client: Etcd3, options: EtcdRegistrationOptions): Registration {
  const what = 'etcdRegistration';
  const { address, weight, onError } = checkRegistration(what, options, [...placeKeys, 'ttl']);
  const { ttl = 10 } = options;
  if (!Number.isInteger(ttl) || ttl < 1)
    throw new TypeError(`${what}: expected a ttl of 1 second or more, got ${String(ttl)}`);
  const key = `${prefixOf(what, options)}${addressText(address)}`;
  return new EtcdRegistration(client, key, kitexValue(address, weight), ttl, onError);
}

class EtcdRegistration implements Registration {
  readonly #client: Etcd3;
  readonly #key: string;
  readonly #value: Buffer;
  readonly #ttl: number;
  readonly #onError: (error: Error) => void;
  readonly #attempts = new Attempts();
  readonly #first = new FirstEntry();
  #lease: Lease | undefined;

  constructor(client: Etcd3, key: string, value: Buffer, ttl: number, onError: (error: Error) => void) {
    this.#client = client;
    this.#key = key;
    this.#value = value;
    this.#ttl = ttl;
    this.#onError = onError;
    this.#enter();
  }

  ready(): Promise<void> {
    return this.#first.made;
  }

  async close(): Promise<void> {
    this.#attempts.stop();
    this.#first.closed(this.#name);
    const lease = this.#lease;
    this.#lease = undefined;
    try {
      await lease?.revoke({ deadline: Date.now() + PATIENCE });
    } catch (error) {
      this.#report(`the entry stays for up to ${this.#ttl} s`, error as Error);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #name(): string {
    return `etcd:${this.#key}`;
  }

  readonly #enter = (): void => {
    const options = { deadline: Date.now() + PATIENCE };
    const lease = this.#client.lease(this.#ttl, options);
    this.#lease = lease;
    const lost = (error: Error): void => {
      if (this.#lease !== lease) return;
      lease.release();
      this.#lease = undefined;
      this.#attempts.again(this.#enter);
      this.#report('it is tried again', error);
    };
    lease.on('lost', lost);
    const entered = lease.put(this.#key).value(this.#value).options(options);
    entered.exec().then(() => {
      this.#attempts.succeeded();
      this.#first.succeeded();
    }, lost);
  };

  #report(consequence: string, cause: Error): void {
    this.#onError(new Error(`${this.#name}: ${cause.message}; ${consequence}`, { cause }));
  }
}
