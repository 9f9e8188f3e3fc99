import type { Limits } from '../limits.ts';
import { putBytes } from '../wire/copy.ts';
import { giveBuffer, takeBuffer } from '../wire/pool.ts';
import type { ByteReader } from '../wire/reader.ts';
import { giveReader, takeReader } from '../wire/readers.ts';
import type { Cutter, MessageTaker } from './cutter.ts';
import type { Envelope } from './envelope.ts';

const none: Buffer = Buffer.alloc(0);
/** After so many bytes of a message, so much room is made for those that are known to come. */
const SOME = 32 * 1024;
const MORE = 2 * 1024 * 1024;
/** After more bytes, so many times as much room as they took. */
const TIMES = 8;
/** Room for what comes with the last of those that are known to come: no more than a socket reads at once. */
const BEHIND = 64 * 1024;

/**
 * The receiving half of a connection: takes chunks as they come, borrowed, and keeps only what is not a whole
 * message yet. What is kept grows geometrically, so the work is linear in the bytes, whatever the chunks.
 */
export class Inbox implements MessageTaker {
  readonly #limits: Limits;
  readonly #cutter: Cutter;
  readonly #taker: MessageTaker;
  #kept: Buffer = none;
  #from = 0;
  #to = 0;
  #stopped = false;
  #taken = 0;

  constructor(limits: Limits, cutter: Cutter, taker: MessageTaker) {
    this.#limits = limits;
    this.#cutter = cutter;
    this.#taker = taker;
  }

  /** What its cutter finds goes on to who takes it. */
  take(r: ByteReader, envelope: Envelope): boolean {
    const goOn = this.#taker.take(r, envelope);
    this.#stopped = !goOn;
    this.#taken++;
    return goOn;
  }

  /** True when bytes of an unfinished message are kept. */
  get isMidMessage(): boolean {
    return this.#to > this.#from && !this.#stopped;
  }

  /** How many messages were handed on. */
  get taken(): number {
    return this.#taken;
  }

  /** True after `take` said no, until `resume`. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Takes the first `length` bytes of a chunk; the chunk is free to be used again afterwards. */
  push(chunk: Buffer, length: number): void {
    if (this.#to === this.#from && !this.#stopped) {
      const at = this.#cut(chunk, 0, length);
      if (at < length) this.#keep(chunk, at, length);
      return;
    }
    this.#keep(chunk, 0, length);
    // Until what is known to come has come, there is nothing to find: measured, half the work of chunks of 1 KB.
    if (!this.#stopped && this.#to - this.#from >= this.#cutter.wanted) this.#cutKept();
  }

  /** Goes on after `take` said no. */
  resume(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#cutKept();
  }

  #cutKept(): void {
    this.#from = this.#cut(this.#kept, this.#from, this.#to);
    if (this.#from === this.#to) {
      giveBuffer(this.#kept);
      this.#kept = none;
      this.#from = this.#to = 0;
    }
  }

  #cut(bytes: Buffer, from: number, to: number): number {
    const reader = takeReader(this.#limits);
    reader.attach(bytes);
    try {
      return this.#cutter.cut(reader, from, to, this);
    } finally {
      giveReader(reader);
    }
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const [held, added] = [this.#to - this.#from, to - from];
    const come = held + added;
    if (this.#to + added > this.#kept.length) {
      // Room for what is known to come, but no more than a multiple of what has come: a length alone buys no memory.
      const most = come < SOME ? 2 * come : Math.max(TIMES * come, MORE);
      const wanted = Math.min(this.#cutter.wanted + Math.min(come, BEHIND), most);
      const grown = takeBuffer(Math.max(come, wanted, 2 * held));
      putBytes(grown, 0, this.#kept.subarray(this.#from, this.#to));
      giveBuffer(this.#kept);
      this.#kept = grown;
      [this.#from, this.#to] = [0, held];
    }
    putBytes(this.#kept, this.#to, added === chunk.length ? chunk : chunk.subarray(from, to));
    this.#to += added;
  }
}
