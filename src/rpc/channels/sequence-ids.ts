import type { PendingCalls } from './pending.ts';

/** Given-up calls whose late replies are still expected; a peer that never sends them must cost no memory. */
const MOST_ABANDONED = 100_000;

/** The sequence ids of a connection's calls, those included that were given up and may be answered yet. */
export class SequenceIds {
  #next: number;
  #abandoned: Set<number> | undefined;

  constructor(first: number) {
    this.#next = first;
  }

  /** Ids run from 0 to 2^31-1 and begin again; one that is still waited for is passed over. */
  take(pending: PendingCalls): number {
    let id = this.#next;
    while (pending.has(id) || this.isAbandoned(id)) id = (id + 1) & 0x7fffffff;
    this.#next = (id + 1) & 0x7fffffff;
    return id;
  }

  /** The last one that was taken. */
  get latest(): number {
    return (this.#next - 1) & 0x7fffffff;
  }

  /** Nobody waits for this one any more. */
  abandon(id: number): void {
    this.#abandoned ??= new Set();
    if (this.#abandoned.size >= MOST_ABANDONED)
      this.#abandoned.delete(this.#abandoned.values().next().value!);
    this.#abandoned.add(id);
  }

  isAbandoned(id: number): boolean {
    return this.#abandoned?.has(id) ?? false;
  }

  /** No reply with this one will come any more. */
  release(id: number): void {
    this.#abandoned?.delete(id);
  }
}
