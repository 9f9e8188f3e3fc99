import type { Address } from '../address.ts';
import type { Call } from '../call.ts';

/** What a call may say about where it goes. */
export interface Routing {
  /** Calls with the same key go to the same server, where the policy is `consistent-hash`. */
  readonly hashKey?: string | undefined;
  /** The one server it goes to, of those that are known, whatever the policy says and however that server fares. */
  readonly backend?: Address | undefined;
}

/** What a call says about where it goes: its options, which a client may have set for all of its calls. */
export function routingOf(call: Call): Routing {
  return call.settings as Routing;
}
