import type { ClientInvocation } from '../rpc/interceptor.ts';

/**
 * Whether a call can be made once more. What it streams was begun by the attempt before, and closed when that failed: an
 * array, or the like, can be sent from its beginning again, what comes from a generator or a file cannot.
 */
export function isRepeatable({ descriptor, args }: ClientInvocation): boolean {
  if (descriptor.streaming?.sends === undefined) return true;
  const source = args.at(-1);
  return typeof source === 'object' && source !== null && Symbol.iterator in source && !('next' in source);
}
