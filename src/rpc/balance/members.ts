import type { Address } from '../address.ts';
import { Backend, type BackendOwner, type BackendSettings } from './backend.ts';
import { checkEndpoint, idOf } from './endpoints.ts';
import { mayEject } from './outlier.ts';
import type { Policy } from './policies/policy.ts';
import type { Endpoint } from './resolver.ts';

/** All servers that a channel knows, and which of them take calls now. */
export class Members {
  readonly #policy: Policy<Backend>;
  readonly #settings: BackendSettings;
  readonly #owner: BackendOwner;
  #byId: ReadonlyMap<string, Backend> = new Map();
  #all: readonly Backend[] = [];
  /** Those that take calls. */
  #open: readonly Backend[] = [];
  /** The same, but for those that must be waited for while others need not. */
  #prompt: readonly Backend[] = [];
  /** True when the two lists may be wrong. */
  #isStale = true;
  /** When they become wrong by themselves. */
  #staleAt = Number.POSITIVE_INFINITY;

  constructor(policy: Policy<Backend>, settings: BackendSettings, owner: BackendOwner) {
    this.#policy = policy;
    this.#settings = settings;
    this.#owner = owner;
  }

  get size(): number {
    return this.#all.length;
  }

  [Symbol.iterator](): Iterator<Backend> {
    return this.#all[Symbol.iterator]();
  }

  get(address: Address): Backend | undefined {
    return this.#byId.get(idOf(address));
  }

  /**
   * Takes over what the resolver says; gives the backends that belong here no more. Throws a TypeError, and changes
   * nothing, for what cannot be reckoned with.
   */
  update(endpoints: readonly Endpoint[]): readonly Backend[] {
    for (const endpoint of endpoints) checkEndpoint(endpoint);
    const known = this.#byId;
    const next = new Map<string, Backend>();
    for (const endpoint of endpoints) {
      const id = idOf(endpoint.address);
      const { weight = 1, priority = 0 } = endpoint;
      const twin = next.get(id);
      // A server that is named twice gets twice the calls.
      if (twin !== undefined) {
        twin.weight += weight;
        continue;
      }
      const backend = known.get(id) ?? new Backend(id, endpoint, this.#settings, this.#owner);
      backend.weight = weight;
      backend.priority = priority;
      next.set(id, backend);
    }
    this.#byId = next;
    this.#all = [...next.values()];
    this.#policy.update(this.#all);
    this.#isStale = true;
    return [...known].flatMap(([id, backend]) => (next.has(id) ? [] : [backend]));
  }

  /** One of them has another state than before. */
  changed(): void {
    this.#isStale = true;
  }

  /** Whether a call with this key waits for a certain server. */
  isBound(key: string | undefined): boolean {
    return key !== undefined && this.#policy.isSticky;
  }

  /**
   * The server for a call. It may not be connected; then the call must wait for it, unless it is not bound to it and
   * others are ready: those are chosen once this one is connecting. Only while there are any servers.
   */
  pick(key: string | undefined): Backend {
    for (;;) {
      if (this.#isStale || (this.#staleAt < Number.POSITIVE_INFINITY && performance.now() >= this.#staleAt))
        this.#gather();
      const backend = this.#policy.pick(this.isBound(key) ? this.#open : this.#prompt, key);
      if (!backend.checkLost()) return backend;
      this.#isStale = true;
    }
  }

  get hasReady(): boolean {
    return this.#all.some(({ state, isOpen }) => isOpen && state === 'ready');
  }

  /** Whether any can be tried that has not just failed. */
  get hasHope(): boolean {
    return this.#all.some(({ state }) => state !== 'down');
  }

  /** Passes a server over that answers badly, unless too many are already. */
  eject(backend: Backend): void {
    const { outlier: settings } = this.#settings;
    if (settings === undefined) return;
    const ejected = this.#all.reduce((count, { isEjected }) => count + (isEjected ? 1 : 0), 0);
    if (!mayEject(this.#all.length, ejected, settings)) return;
    backend.outlier?.eject(performance.now());
    this.#isStale = true;
  }

  #gather(): void {
    this.#isStale = false;
    this.#staleAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (const backend of this.#all) this.#awaken(backend, now);
    const reachable = this.#all.filter(({ state }) => state !== 'down');
    const healthy = reachable.filter(({ isEjected }) => !isEjected);
    // Rather a bad server than none; and where none can be reached, the call must learn why.
    const usable = healthy.length > 0 ? healthy : reachable.length > 0 ? reachable : this.#all;
    const best = usable.reduce((least, { priority }) => Math.min(least, priority), Number.POSITIVE_INFINITY);
    for (const backend of this.#all) backend.isOpen = false;
    this.#open = usable.filter(({ priority }) => priority === best);
    for (const backend of this.#open) backend.isOpen = true;
    const isPrompt = this.hasReady
      ? ({ state }: Backend) => state !== 'connecting'
      : ({ isSlow }: Backend) => !isSlow;
    const prompt = this.#open.filter(isPrompt);
    this.#prompt = prompt.length > 0 ? prompt : this.#open;
  }

  /** Ends what was to last for some time only, and notes when the next such time is over. */
  #awaken(backend: Backend, now: number): void {
    const { outlier } = backend;
    if (backend.state === 'down') {
      if (now >= backend.retryAt) backend.state = 'idle';
      else this.#staleAt = Math.min(this.#staleAt, backend.retryAt);
    }
    if (outlier === undefined || outlier.ejectedUntil === 0) return;
    if (now >= outlier.ejectedUntil) outlier.readmit(now);
    else this.#staleAt = Math.min(this.#staleAt, outlier.ejectedUntil);
  }
}
