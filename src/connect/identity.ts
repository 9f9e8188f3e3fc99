import type { ConnectionOptions } from 'node:tls';

/** Whether a connection is encrypted, and this end shows no certificate. */
export function isUnidentified(tls: boolean | ConnectionOptions): boolean {
  return typeof tls === 'boolean' ? tls : tls.cert === undefined && tls.pfx === undefined;
}
