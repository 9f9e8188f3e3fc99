import type { Span } from '../protocol/protocol.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { Cutter, MessageTaker } from './cutter.ts';

/** What a bare message begins with, binary or compact, and no frame: its length is never negative. */
const BARE = 0x80;

/**
 * Replies of which any may come without the frame that was asked for: npm thrift's server writes those of handlers that
 * promise them bare, whatever the call stood in.
 */
export class BareReplies implements Cutter {
  readonly #framed: Cutter;
  readonly #bare: Cutter;

  constructor(framed: Cutter, bare: Cutter) {
    this.#framed = framed;
    this.#bare = bare;
  }

  get wanted(): number {
    // One of them is at work, the other one wants nothing.
    return Math.max(this.#framed.wanted, this.#bare.wanted);
  }

  get string(): Span | undefined {
    return this.#framed.string ?? this.#bare.string;
  }

  cut(r: ByteReader, at: number, end: number, taker: MessageTaker): number {
    let [isTaken, goOn] = [true, true];
    const one: MessageTaker = {
      take(reader, envelope) {
        goOn = taker.take(reader, envelope);
        isTaken = true;
        return false;
      },
    };
    while (isTaken && goOn && at < end) {
      isTaken = false;
      at = (r.bytes[at]! >= BARE ? this.#bare : this.#framed).cut(r, at, end, one);
    }
    return at;
  }
}
