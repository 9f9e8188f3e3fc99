import type { Limits } from '../limits.ts';
import { messageType } from '../protocol/types.ts';
import type { ByteReader } from '../wire/reader.ts';
import { room } from '../wire/writer.ts';
import type { Cutter } from './cutter.ts';
import { envelopeOf, type Headers, noHeaders } from './envelope.ts';
import { FrameCutter } from './frame-cutter.ts';
import { beginHeader, endHeader, readFixedPart } from './header-frame.ts';
import type { Transport } from './transport.ts';
import {
  advance,
  ttheaderFormat as format,
  readBlocks,
  SERVICE,
  STREAMING,
  writeNumbered,
  writeTexts,
} from './ttheader-blocks.ts';

/*
 * TTHeader Streaming, Kitex's (pkg/remote/trans/ttstream): each frame is a TTHeader with the flag for streaming, whose
 * sequence id is that of the stream, and whose numbered pairs say what it is and which method it belongs to.
 */
/** The protocol id of payloads that are bare Thrift structs, in binary. */
const STRUCT = 0x10;
const FLAGS_AT = 6;

/** What a frame is. */
export const frameType = { meta: 1, header: 2, data: 3, trailer: 4, reset: 5 } as const;

export type FrameType = (typeof frameType)[keyof typeof frameType];

const digits: readonly string[] = ['', '1', '2', '3', '4', '5'];

/** The frames that plain messages stand in, whole: a call opens a stream, and its answer ends it. */
const frameOf: Readonly<Record<number, FrameType>> = {
  [messageType.call]: frameType.header,
  [messageType.oneway]: frameType.header,
  [messageType.reply]: frameType.trailer,
  [messageType.exception]: frameType.trailer,
};

/**
 * How the frames of streams are cut and written. Of a message's header, `seqid` is the stream's id, `type` the frame's
 * and `name` the method's; in an envelope that says `framed` it is the header of a plain message, which stands in the
 * frame. What is in a frame that was cut, a `FrameReader` reads.
 */
export const streamFrames: Transport = {
  name: 'ttheader',
  isFramed: true,
  hasHeaders: true,
  cutter: (_protocol, limits): Cutter => frameCutter(limits),
  open(w, at, { seqid, name, type }, { headers, service, timeout, framed }) {
    const begin = beginHeader(w, at, format, seqid);
    w.view.setUint16(at + FLAGS_AT, STREAMING);
    room(w, begin, 2);
    w.bytes[begin] = STRUCT;
    w.bytes[begin + 1] = 0;
    const end = writeTexts(w, begin + 2, headers.has(SERVICE) ? undefined : service, headers);
    const frame = framed ? frameOf[type]! : type;
    // A plain message has its method's name in itself.
    return endHeader(w, at, format, writeNumbered(w, end, digits[frame]!, framed ? '' : name, timeout));
  },
  close(w, at, end) {
    w.view.setInt32(at, end - at - 4);
    return end;
  },
};

function frameCutter(limits: Limits): Cutter {
  return new FrameCutter(limits, (r, taker) => taker.take(r, envelopeOf('binary')));
}

/** A header of more words than this is not remembered. */
const REMEMBERED = 32;

/** Reads frames: each call fills the same object anew, and leaves the window of its reader at the payload. */
export class FrameReader {
  /** The stream's id; 0 for what concerns the connection. */
  sid = 0;
  type: FrameType = frameType.meta;
  /** Empty where it is not named. */
  method = '';
  headers: Headers = noHeaders;
  /** ms that are left to the stream; `Infinity` where its caller does not say. */
  timeout: number = Number.POSITIVE_INFINITY;
  /** The header of the last Data frame: the next one has the same, as a rule, and need not be read again. */
  readonly #known = new Int32Array(REMEMBERED);
  #words = 0;
  #knownMethod = '';

  /** Reads the frame in the window. A DecodeError for what Kitex would end the connection for. */
  read(r: ByteReader): void {
    const { start, end } = r;
    const { flags, seqid, body } = readFixedPart(r, format);
    if ((flags & STREAMING) === 0) {
      throw r.error('invalid-data', start + 2, 'a frame of no stream, on a connection that carries streams');
    }
    this.sid = seqid;
    if (this.#words === (body - r.pos) >> 2 && this.#isKnown(r)) {
      this.type = frameType.data;
      this.method = this.#knownMethod;
      this.headers = noHeaders;
      this.timeout = Number.POSITIVE_INFINITY;
    } else this.#readHeader(r);
    r.end = end;
    r.pos = body;
  }

  #readHeader(r: ByteReader): void {
    const begin = r.pos;
    const at = advance(r, 2);
    if (r.bytes[at] !== STRUCT) {
      throw r.error('invalid-data', at, `expected the protocol id 16 (Thrift structs), got ${r.bytes[at]}`);
    }
    if (r.bytes[at + 1] !== 0) {
      throw r.error('invalid-data', at + 1, `expected no transforms, got ${r.bytes[at + 1]}`);
    }
    const blocks = readBlocks(r);
    const type = blocks.frameType.length === 1 ? digits.indexOf(blocks.frameType) : -1;
    if (type === -1) {
      throw r.error('invalid-data', begin, `there is no frame of the type "${blocks.frameType}"`);
    }
    this.type = type as FrameType;
    this.method = blocks.method;
    this.headers = blocks.headers;
    this.timeout = blocks.timeout;
    if (type === frameType.data && this.headers === noHeaders) this.#remember(r, begin);
  }

  #isKnown({ view, pos }: ByteReader): boolean {
    const known = this.#known;
    for (let i = 0; i < this.#words; i++) if (view.getInt32(pos + i * 4) !== known[i]) return false;
    return this.#words > 0;
  }

  #remember({ view, end }: ByteReader, begin: number): void {
    const words = (end - begin) >> 2;
    if (words > REMEMBERED) return;
    for (let i = 0; i < words; i++) this.#known[i] = view.getInt32(begin + i * 4);
    this.#words = words;
    this.#knownMethod = this.method;
  }
}
