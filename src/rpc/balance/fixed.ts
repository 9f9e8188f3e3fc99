import type { Endpoint, Resolver, ResolverWatcher, Watch } from './resolver.ts';

/** Servers named when errors name them all. */
const NAMED = 3;

/** Servers that are known beforehand and never change. `names` is how errors name each. */
export class FixedResolver implements Resolver {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];

  constructor(endpoints: readonly Endpoint[], names: readonly string[]) {
    this.endpoints = endpoints;
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    this.name = names.slice(0, NAMED).join(', ') + more;
  }

  watch(watcher: ResolverWatcher): Watch {
    watcher.update(this.endpoints);
    return { refresh() {}, close() {} };
  }
}
