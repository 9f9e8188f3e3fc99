import type { Duplex } from 'node:stream';
import type { Limits } from '../limits.ts';
import type { MessageHeader } from '../protocol/protocol.ts';
import type { Envelope } from '../transport/envelope.ts';
import { Oversize, type Transport } from '../transport/transport.ts';
import type { ByteWriter } from '../wire/writer.ts';
import { giveWriter, takeWriter } from '../wire/writers.ts';
import { borrows, separatesMessages } from './streams.ts';

/** Who wants to know of an outbox. */
export interface OutboxOwner {
  /** What was written has been handed to the stream. */
  flushed(): void;
}

/**
 * The sending half of a connection: messages write themselves into one buffer, which goes to the stream once
 * per tick (measured: ten times the calls of one write per message), in one piece unless the stream keeps messages
 * apart.
 */
export class Outbox {
  #stream: Duplex;
  readonly transport: Transport;
  /** There from the first message until all that was written is sent. */
  #writer: ByteWriter | undefined;
  readonly #limits: Limits;
  readonly #owner: OutboxOwner;
  #position = 0;
  /** Whether the buffer may be written to again when the stream has taken what is in it. */
  #isBorrowed: boolean;
  /** Where each message ends, for a stream that keeps them apart. */
  #ends: number[] | undefined;
  #scheduled = false;
  #held = false;
  #writing = false;
  #later: (() => void)[] | undefined;
  #isOpen: boolean;
  /** Whether all that is written tells the other end to take another connection, where the transport can say so. */
  saysGoodbye = false;

  /** `isOpen` is false while the connection is being made: what is written waits for `open`. */
  constructor(stream: Duplex, transport: Transport, limits: Limits, owner: OutboxOwner, isOpen: boolean) {
    this.#stream = stream;
    this.#isBorrowed = borrows(stream);
    this.#isOpen = isOpen;
    this.transport = transport;
    this.#limits = limits;
    this.#owner = owner;
    if (separatesMessages(stream)) this.#ends = [];
  }

  /** What was written, and all that will be, goes to this stream. */
  open(stream: Duplex): void {
    this.#stream = stream;
    this.#isBorrowed = borrows(stream);
    if (!separatesMessages(stream)) this.#ends = undefined;
    this.#isOpen = true;
    this.flush();
  }

  /** True when nothing more can be sent: the connection has ended, or this end of it. */
  get isClosed(): boolean {
    return !this.#stream.writable;
  }

  /** Bytes that the other end has not taken yet, as far as this process knows. */
  get unsent(): number {
    return this.#position + this.#stream.writableLength;
  }

  /** True while a message is being written: a getter in it may make another call, which must wait. */
  get isWriting(): boolean {
    return this.#writing;
  }

  /** Runs `task` when the message that is being written is whole. */
  afterwards(task: () => void): void {
    this.#later ??= [];
    this.#later.push(task);
  }

  /** What the message is written with that was begun. */
  get writer(): ByteWriter {
    this.#writer ??= takeWriter(this.#limits.depth);
    return this.#writer;
  }

  /**
   * Begins a message: writes what stands before it, and gives the position at which to write it. Throws an Oversize
   * when its headers are too large. `end` must follow, whatever happens.
   */
  begin(header: MessageHeader, envelope: Envelope): number {
    this.#writing = true;
    return this.transport.open(this.writer, this.#position, header, envelope);
  }

  /** Takes over the message written up to `end`. One beyond the limits is refused with an Oversize. */
  commit(end: number, envelope: Envelope): void {
    this.#checkSize(end);
    const done = this.transport.close(this.writer, this.#position, end, envelope);
    // Compressing is no way around the limit, for the other end counts what it inflates; nor does it always shrink.
    if (done > end) this.#checkSize(done);
    this.#position = done;
    this.#ends?.push(done);
    this.#schedule();
  }

  #checkSize(end: number): void {
    const { isFramed } = this.transport;
    const size = end - this.#position - (isFramed ? 4 : 0);
    const limit = isFramed ? this.#limits.frame : this.#limits.message;
    if (size > limit) {
      const name = isFramed ? 'limits.frame' : 'limits.message';
      throw new Oversize(`the message takes ${size} bytes, the limit is ${limit} (${name})`);
    }
  }

  /** Ends a message, whether it was taken over or not. */
  end(): void {
    this.#writing = false;
    if (this.#position === 0) this.#giveWriter();
    const later = this.#later;
    if (later === undefined) return;
    this.#later = undefined;
    for (const task of later) task();
  }

  /** Forgets the bytes of messages that nobody waits for any more, as long as nothing was sent. */
  drop(ranges: readonly { readonly from: number; readonly to: number }[]): void {
    let kept = 0;
    let at = 0;
    this.#ends = this.#ends
      ?.filter(end => ranges.every(({ to }) => to !== end))
      .map(end => ranges.reduce((moved, { from, to }) => (to < end ? moved - (to - from) : moved), end));
    const { bytes } = this.writer;
    for (const { from, to } of [...ranges, { from: this.#position, to: this.#position }]) {
      bytes.copy(bytes, kept, at, from);
      kept += from - at;
      at = to;
    }
    this.#position = kept;
    if (kept === 0) this.#giveWriter();
  }

  /** Where the next message begins. */
  get position(): number {
    return this.#position;
  }

  /** Until `release`, nothing is flushed: a chunk is being read, the replies to which go out together. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.flush();
  }

  /** Hands what was written to the stream. */
  flush(): void {
    this.#scheduled = false;
    const stream = this.#stream;
    if (this.#held || this.#writing || !this.#isOpen || !stream.writable) return;
    const writer = this.#writer;
    if (writer === undefined) return;
    const size = this.#position;
    // Before it is sent: a stream in this process may be answered while it takes what is written.
    this.#writer = undefined;
    this.#position = 0;
    let isLent = false;
    const done = (error?: Error | null) => {
      // After an error nobody knows who still reads it.
      if (isLent && !error) giveWriter(writer);
    };
    if (this.#ends === undefined) stream.write(this.#chunk(writer.bytes, 0, size), done);
    else this.#sendEach(stream, writer.bytes, this.#ends, done);
    // Whatever the kernel did not take at once is still read from its buffer.
    isLent = this.#isBorrowed && stream.writableLength > 0;
    if (!isLent) giveWriter(writer);
    this.#owner.flushed();
  }

  /** Nothing stands in it. */
  #giveWriter(): void {
    if (this.#writer === undefined) return;
    giveWriter(this.#writer);
    this.#writer = undefined;
  }

  #sendEach(
    stream: Duplex,
    bytes: Buffer,
    ends: readonly number[],
    done: (error?: Error | null) => void,
  ): void {
    this.#ends = [];
    let from = 0;
    stream.cork();
    for (const to of ends) {
      stream.write(this.#chunk(bytes, from, to), to === ends.at(-1) ? done : undefined);
      from = to;
    }
    stream.uncork();
  }

  #chunk(bytes: Buffer, from: number, to: number): Buffer {
    const chunk = bytes.subarray(from, to);
    return this.#isBorrowed ? chunk : Buffer.from(chunk);
  }

  #schedule(): void {
    if (this.#scheduled || this.#held) return;
    this.#scheduled = true;
    process.nextTick(() => this.flush());
  }
}
