import { type Duplex, PassThrough, Transform, type TransformCallback } from 'node:stream';
import { DecodeError } from '../../errors/decode-error.ts';
import type { Limits } from '../../limits.ts';
import { FrameCutter } from '../frame-cutter.ts';
import { Inbox } from '../inbox.ts';
import { LayeredStream } from '../streams/layered.ts';
import type { Awaitable, SaslLayer } from './mechanism.ts';

/**
 * Takes the lengths out of the frames behind a negotiation. These frames are pieces of a stream and no messages:
 * Impala's server ends one wherever its buffer is full, and its clients read across.
 */
export class Unframing extends Transform {
  readonly #maxFrame: number;
  /** Bytes of the frame that are still to come. */
  #left = 0;
  #length = 0;
  #lengthBytes = 0;
  #offset = 0;

  constructor(limits: Limits) {
    super();
    this.#maxFrame = limits.frame;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const part = chunk.subarray(at, at + this.#left);
        this.push(part);
        this.#left -= part.length;
        at += part.length;
      } else {
        this.#length = (this.#length << 8) | chunk[at++]!;
        if (++this.#lengthBytes < 4) continue;
        if (this.#length < 0 || this.#length > this.#maxFrame) {
          return done(this.#refuse(this.#length, this.#offset + at - 4));
        }
        this.#left = this.#length;
        this.#length = this.#lengthBytes = 0;
      }
    }
    this.#offset += chunk.length;
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#left === 0 && this.#lengthBytes === 0) return done();
    const missing = this.#left > 0 ? `${this.#left} more bytes of its frame` : 'the rest of a length';
    const text = `the connection ended where a SASL peer owed ${missing}`;
    done(new DecodeError('truncated', this.#offset, text));
  }

  #refuse(length: number, at: number): DecodeError {
    const claim = `a SASL frame claims ${length} bytes`;
    if (length < 0) return new DecodeError('negative-size', at, claim);
    return new DecodeError('size-limit', at, `${claim}, the limit is ${this.#maxFrame} (limits.frame)`);
  }
}

/** Gives each frame to `change`, one after the other, and passes on what becomes of it. */
export class Reframing extends Transform {
  readonly #inbox: Inbox;
  readonly #change: (frame: Buffer) => Awaitable<Uint8Array>;
  #frames: Buffer[] = [];

  constructor(limits: Limits, change: (frame: Buffer) => Awaitable<Uint8Array>) {
    super();
    this.#change = change;
    const cutter = new FrameCutter(limits, r => {
      this.#frames.push(Buffer.from(r.bytes.subarray(r.start, r.end)));
      return true;
    });
    // Frames are not messages here: none of them is taken any further.
    this.#inbox = new Inbox(limits, cutter, { take: () => true });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#takeAll(chunk).then(() => done(), done);
  }

  override _flush(done: TransformCallback): void {
    if (!this.#inbox.isMidMessage) return done();
    done(new DecodeError('truncated', 0, 'the connection ended within a SASL frame'));
  }

  async #takeAll(chunk: Buffer): Promise<void> {
    this.#inbox.push(chunk, chunk.length);
    const frames = this.#frames;
    this.#frames = [];
    for (const frame of frames) this.push(await this.#change(frame));
  }
}

/**
 * A stream behind its negotiation. It takes framed messages, which without a `layer` go out untouched, and gives
 * what comes in without the frames: messages one behind the other, to be read as unframed ones.
 */
export function saslStream(inner: Duplex, limits: Limits, layer: SaslLayer | undefined): Duplex {
  const stream =
    layer === undefined
      ? new LayeredStream(inner, new PassThrough(), new Unframing(limits))
      : new LayeredStream(
          inner,
          new Reframing(limits, async message => framed(await layer.wrap(message))),
          new Reframing(limits, frame => layer.unwrap(frame)),
        );
  return stream.on('error', () => {
    // Who waits for the negotiation has listeners of their own, but not at once; `destroyed` tells them.
  });
}

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(4 + message.length);
  frame.writeInt32BE(message.length);
  frame.set(message, 4);
  return frame;
}
