import { type Address, addressText, parseAddress, parseWebAddress } from '../address.ts';
import type { Endpoint } from './resolver.ts';

/** What a server is known by: the same for every way to write its address. */
export function idOf(address: Address): string {
  try {
    return parseWebAddress(address)?.text ?? addressText(parseAddress(address));
  } catch {
    // It is no address, as whoever tries to call it is told.
    return String(address);
  }
}

/** A TypeError for numbers that cannot be reckoned with. */
export function checkEndpoint({ address, weight = 1, priority = 0 }: Endpoint): void {
  if (!(typeof weight === 'number' && weight > 0 && weight < Number.POSITIVE_INFINITY))
    throw new TypeError(`${idOf(address)}: weight: expected a number above 0, got ${String(weight)}`);
  if (!Number.isFinite(priority))
    throw new TypeError(`${idOf(address)}: priority: expected a number, got ${String(priority)}`);
}
