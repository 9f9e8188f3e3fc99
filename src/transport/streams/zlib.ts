import type { Duplex, Transform } from 'node:stream';
import { constants, createDeflate, createInflate, type Inflate } from 'node:zlib';
import { DecodeError } from '../../errors/decode-error.ts';
import { looksLike } from '../recognise.ts';
import { LayeredStream } from './layered.ts';

/** How a sync flush ends: an empty stored block (RFC 1951, section 3.2.4), cut after its header. */
const FLUSHED = 0x0000ffff;
/** First bytes that are kept, to say what a peer sends that sends no zlib. */
const HEAD = 8;

/**
 * Apache's zlib transport (TZlibTransport in C++, Python, Java, Go) over a socket: one zlib stream each way for
 * the life of the connection, flushed behind each batch of writes. Framed or unframed messages go inside.
 *
 * What comes is inflated only as fast as it is read, some ten kilobytes ahead: bytes that inflate a thousandfold
 * cost no memory here. How much of them is read is for the limits of messages and frames, which count inflated
 * bytes. Apache's peers never finish their zlib stream, so the end of the connection behind a flush is an end
 * like any other; a stream that is finished has its checksum checked.
 *
 * Fails with a DecodeError for bytes that are no zlib stream, that end within one, or that follow its end;
 * offsets count compressed bytes from the connection's first one. Each connection takes about 300 KiB for zlib's
 * windows, which `destroy` frees.
 */
export function zlibStream(inner: Duplex): Duplex {
  return new ZlibStream(inner, createInflate({ finishFlush: constants.Z_SYNC_FLUSH }));
}

class ZlibStream extends LayeredStream {
  readonly #inflate: Inflate;
  #arrived = 0;
  #head: Buffer = Buffer.alloc(0);
  /** The last four bytes that came. */
  #tail = 0;

  constructor(inner: Duplex, inflate: Inflate) {
    super(inner, createDeflate({ flush: constants.Z_SYNC_FLUSH }), inflate);
    this.#inflate = inflate;
  }

  protected override arrived(chunk: Buffer): void {
    if (this.#head.length < HEAD) this.#head = Buffer.concat([this.#head, chunk.subarray(0, HEAD)]);
    this.#arrived += chunk.length;
    for (const byte of chunk.subarray(-4)) this.#tail = ((this.#tail << 8) | byte) >>> 0;
  }

  protected override finish(incoming: Transform): void {
    if (this.#arrived === 0 || this.#tail === FLUSHED) incoming.end();
    else this.#inflate.flush(constants.Z_FINISH, () => incoming.end());
  }

  protected override ended(): void {
    const { bytesWritten } = this.#inflate;
    if (bytesWritten === this.#arrived) return super.ended();
    const surplus = this.#arrived - bytesWritten;
    const text = `the peer sent ${surplus} more bytes behind the end of its zlib stream, expected none`;
    this.destroy(new DecodeError('trailing-bytes', bytesWritten, text));
  }

  protected override explain(error: NodeJS.ErrnoException): Error {
    if (error.code === 'Z_BUF_ERROR') {
      const text = "the connection ended within the peer's zlib stream, expected a flush or its end";
      return new DecodeError('truncated', this.#arrived, text);
    }
    if (beginsZlib(this.#head)) {
      const { bytesWritten } = this.#inflate;
      const text = `the peer's zlib stream is damaged in the bytes from here on: ${error.message}`;
      return new DecodeError('invalid-data', bytesWritten, text);
    }
    const text = `the peer did not send zlib, but ${looksLike(this.#head)}: ${error.message}; is its zlib transport on?`;
    return new DecodeError('invalid-data', 0, text);
  }
}

/** Whether the two bytes of a zlib header stand first (RFC 1950, section 2.2). */
function beginsZlib(head: Buffer): boolean {
  return head.length >= 2 && (head[0]! & 0x0f) === 8 && head.readUInt16BE() % 31 === 0;
}
