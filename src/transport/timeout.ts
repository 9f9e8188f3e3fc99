/** The header by which fbthrift's clients say how many ms they wait. */
export const CLIENT_TIMEOUT = 'client_timeout';
/** The one by which they say how many ms a call may wait to be begun. */
export const QUEUE_TIMEOUT = 'queue_timeout';

/** Reads a number of ms that a peer wrote as text; `Infinity` for what is none, and for 0, by which peers mean that. */
export function parseTimeout(text: string | undefined): number {
  const ms = text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : 0;
  return ms === 0 ? Number.POSITIVE_INFINITY : ms;
}

/** Writes a number of ms as text: whole, and at least one. */
export function timeoutText(ms: number): string {
  return String(Math.max(1, Math.floor(ms)));
}
