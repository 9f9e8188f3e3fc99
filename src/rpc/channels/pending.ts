import type { Call } from '../call.ts';

/**
 * Calls that wait for their replies, by sequence id. Ids come one after the other, so the low bits are as good
 * as a hash: a table of slots, doubled when an old call still holds the slot of a new one. Measured: 1.1 to
 * 1.2 times the calls of a Map.
 */
export class PendingCalls {
  #slots: (Call | undefined)[] = new Array<Call | undefined>(64).fill(undefined);
  #mask = 63;
  size = 0;

  /** True when the id is taken: after 2^31 calls an old one may still be waiting. */
  has(seqid: number): boolean {
    return this.#slots[seqid & this.#mask]?.seqid === seqid;
  }

  add(call: Call): void {
    while (this.#slots[call.seqid & this.#mask] !== undefined) this.#double();
    this.#slots[call.seqid & this.#mask] = call;
    this.size++;
  }

  /** Takes the call out that has this id. */
  take(seqid: number): Call | undefined {
    const slot = seqid & this.#mask;
    const call = this.#slots[slot];
    if (call === undefined || call.seqid !== seqid) return undefined;
    this.#slots[slot] = undefined;
    this.size--;
    return call;
  }

  /** Takes all of them out. */
  drain(): Call[] {
    const calls = this.#slots.filter(call => call !== undefined);
    this.#slots.fill(undefined);
    this.size = 0;
    return calls;
  }

  #double(): void {
    const calls = this.#slots.filter(call => call !== undefined);
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Array<Call | undefined>(this.#mask + 1).fill(undefined);
    // Distinct modulo the half, so distinct modulo the whole.
    for (const call of calls) this.#slots[call.seqid & this.#mask] = call;
  }
}
