import { addDeadline, type DeadlineQueue, type Expiring, removeDeadline } from '../deadlines.ts';
import { throwToCaller } from '../stack.ts';

/** Who fills a queue of messages. */
export interface IncomingOwner {
  /** A message was taken out, of so many bytes. */
  taken(bytes: number): void;
  /** Nobody wants any more of them. */
  abandoned(): void;
  /** Somebody has waited too long for one. */
  silent(): void;
}

interface Waiting {
  readonly resolve: (result: IteratorResult<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** So many that were taken may stand before those that were not. */
const SOME = 512;

const done: IteratorResult<unknown> = Object.freeze({ done: true, value: undefined });

/**
 * The messages of a stream that have come, for whoever iterates over them. An iterator of its own, no generator: what is
 * there is had without waiting, and however many come at once, none costs more than its promise.
 */
export class Incoming implements AsyncIterableIterator<unknown>, Expiring {
  readonly #messageTimeout: number;
  #owner: IncomingOwner | undefined;
  #values: unknown[] = [];
  #sizes: number[] = [];
  /** Where the first message stands that was not taken. */
  #head = 0;
  #bytes = 0;
  #waiting: Waiting[] = [];
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;

  expiresAt = 0;
  queue: DeadlineQueue | undefined = undefined;
  place = 0;

  /** `messageTimeout`: ms that each message is waited for, once it is. */
  constructor(messageTimeout: number = Number.POSITIVE_INFINITY) {
    this.#messageTimeout = messageTimeout;
  }

  /** Who is told what becomes of the messages. */
  set owner(owner: IncomingOwner | undefined) {
    this.#owner = owner;
  }

  /** Messages that wait, and their bytes. */
  get length(): number {
    return this.#values.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    const head = this.#head;
    if (head < this.#values.length) return Promise.resolve({ done: false, value: this.#take(head) });
    if (this.#isOver) return this.#atEnd();
    const waits = new Promise<IteratorResult<unknown>>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    if (this.queue === undefined) addDeadline(this, this.#messageTimeout);
    return waits.then(undefined, throwToCaller);
  }

  return(): Promise<IteratorResult<unknown>> {
    const wasOver = this.#isOver;
    this.discard();
    if (!wasOver) this.#owner?.abandoned();
    return Promise.resolve(done);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.return().then(() => undefined);
  }

  /** Another one has come. */
  push(value: unknown, bytes: number): void {
    if (this.#isOver) return;
    const first = this.#waiting.shift();
    if (first === undefined) {
      this.#values.push(value);
      this.#sizes.push(bytes);
      this.#bytes += bytes;
      return;
    }
    if (this.#waiting.length === 0) removeDeadline(this);
    this.#owner?.taken(bytes);
    first.resolve({ done: false, value });
  }

  /** No more will come. What has come is still to be had, then the failure, if there is one. */
  end(failure?: { readonly error: unknown }): void {
    if (this.#isOver) return;
    this.#isOver = true;
    removeDeadline(this);
    this.#failure = failure;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve, reject } of waiting) {
      const error = this.#failure;
      this.#failure = undefined;
      if (error === undefined) resolve(done);
      else reject(error.error);
    }
  }

  /** Forgets what was not taken yet. */
  clear(): void {
    this.#values = [];
    this.#sizes = [];
    this.#head = this.#bytes = 0;
  }

  /** Nothing more is wanted, and no failure either. */
  discard(): void {
    this.end();
    this.clear();
    this.#failure = undefined;
  }

  expire(): void {
    this.#owner?.silent();
  }

  #take(head: number): unknown {
    const value = this.#values[head];
    const bytes = this.#sizes[head]!;
    this.#values[head] = undefined;
    this.#bytes -= bytes;
    this.#head = head + 1;
    if (this.#head === this.#values.length) {
      this.#values.length = this.#sizes.length = this.#head = 0;
    } else if (this.#head >= SOME && this.#head * 2 >= this.#values.length) {
      this.#values.splice(0, this.#head);
      this.#sizes.splice(0, this.#head);
      this.#head = 0;
    }
    this.#owner?.taken(bytes);
    return value;
  }

  async #atEnd(): Promise<IteratorResult<unknown>> {
    const failure = this.#failure;
    if (failure === undefined) return done;
    this.#failure = undefined;
    return throwToCaller(failure.error);
  }
}
