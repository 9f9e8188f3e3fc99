import { DecodeError } from '../errors/decode-error.ts';
import type { Limits } from '../limits.ts';
import type { MessageScanner, Protocol, Span } from '../protocol/protocol.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { Cutter, MessageTaker } from './cutter.ts';
import { type Envelope, envelopeOf } from './envelope.ts';
import type { Transport } from './transport.ts';

/** Messages one behind the other, with nothing between: only decoding tells where one ends. */
export const buffered: Transport = {
  name: 'buffered',
  isFramed: false,
  hasHeaders: false,
  cutter: (protocol, limits) => new BufferedCutter(protocol, limits),
  open: (_w, at) => at,
  close: (_w, _at, end) => end,
};

/**
 * Each message is decoded straight from the chunk; only when the bytes run out is that one message scanned for its
 * end, going on from chunk to chunk, and then decoded again.
 */
class BufferedCutter implements Cutter {
  readonly #protocol: Protocol;
  readonly #limits: Limits;
  readonly #envelope: Envelope;
  /** Only there while a message is scanned. */
  #scanner: MessageScanner | undefined;
  /** Bytes of the message before. */
  #last = 0;

  constructor(protocol: Protocol, limits: Limits) {
    this.#protocol = protocol;
    this.#limits = limits;
    this.#envelope = envelopeOf(protocol.name);
  }

  get wanted(): number {
    return this.#scanner?.wanted ?? 0;
  }

  get string(): Span | undefined {
    return this.#scanner?.string;
  }

  cut(r: ByteReader, at: number, end: number, taker: MessageTaker): number {
    const { skipGap } = this.#protocol;
    const maxMessage = this.#limits.message;
    while (at < end) {
      let goOn = true;
      if (skipGap !== undefined && this.#scanner === undefined) {
        at = skipGap(r.bytes, at, end);
        if (at === end) break;
      }
      // Messages of a connection tend to be alike: what is much shorter than the last one is not whole yet.
      if (end - at < this.#last >> 1) this.#startScan();
      if (this.#scanner === undefined) {
        // A message beyond the limit is refused even when all of it is there: the chunks must not decide.
        r.window(at, Math.min(end, at + maxMessage), true);
        try {
          goOn = taker.take(r, this.#envelope);
          this.#last = r.pos - at;
          at = r.pos;
        } catch (error) {
          if (!(error instanceof DecodeError) || error.code !== 'truncated') throw error;
          this.#startScan();
        }
      }
      if (this.#scanner !== undefined) {
        r.window(at, end, true);
        const stop = this.#scanner.scan(r);
        if (stop < 0) return at;
        if (stop - at > maxMessage) {
          const text = `the message takes ${stop - at} bytes, the limit is ${maxMessage} (limits.message)`;
          throw r.error('size-limit', at, text);
        }
        this.#scanner = undefined;
        r.window(at, stop, false);
        goOn = taker.take(r, this.#envelope);
        this.#last = stop - at;
        at = stop;
      }
      if (!goOn) break;
    }
    return at;
  }

  #startScan(): void {
    this.#scanner ??= this.#protocol.scanner(this.#limits);
  }
}
