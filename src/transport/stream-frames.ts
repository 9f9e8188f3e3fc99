import type { Limits } from '../limits.ts';
import { messageType } from '../protocol/types.ts';
import type { ByteReader } from '../wire/reader.ts';
import { room } from '../wire/writer.ts';
import type { Cutter } from './cutter.ts';
import { envelopeOf, type Headers, noHeaders } from './envelope.ts';
import { FrameCutter } from './frame-cutter.ts';
import { beginHeader, endHeader, LENGTH, readFixedPart, SEQID } from './header-frame.ts';
import { KnownHead } from './known-head.ts';
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

const unadorned = envelopeOf('binary');
/** That of Data frames, whoever sends them: measured, an eighth of what a server does for a message of 1 KB. */
const written = new KnownHead();

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
  open(w, at, { seqid, name, type }, envelope) {
    const isData = type === frameType.data && envelope === unadorned;
    if (isData && name === written.method) return written.write(w, at, seqid);
    const { headers, service, timeout, framed } = envelope;
    const begin = beginHeader(w, at, format, seqid);
    w.view.setUint16(at + FLAGS_AT, STREAMING);
    room(w, begin, 2);
    w.bytes[begin] = STRUCT;
    w.bytes[begin + 1] = 0;
    const end = writeTexts(w, begin + 2, headers.has(SERVICE) ? undefined : service, headers);
    const frame = framed ? frameOf[type]! : type;
    // A plain message has its method's name in itself.
    const body = endHeader(w, at, format, writeNumbered(w, end, digits[frame]!, framed ? '' : name, timeout));
    if (isData) written.remember(w.view, at + LENGTH, body, name);
    return body;
  },
  close(w, at, end) {
    w.view.setInt32(at, end - at - 4);
    return end;
  },
};

function frameCutter(limits: Limits): Cutter {
  return new FrameCutter(limits, (r, taker) => taker.take(r, envelopeOf('binary')));
}

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
  /** That of the last Data frame. */
  readonly #known = new KnownHead();

  /** Reads the frame in the window. A DecodeError for what Kitex would end the connection for. */
  read(r: ByteReader): void {
    const { start, end } = r;
    const known = this.#known.bodyIn(r);
    if (known !== -1) {
      this.sid = r.view.getInt32(start + SEQID);
      this.type = frameType.data;
      this.method = this.#known.method!;
      this.headers = noHeaders;
      this.timeout = Number.POSITIVE_INFINITY;
      r.pos = known;
      return;
    }
    const { flags, seqid, body } = readFixedPart(r, format);
    if ((flags & STREAMING) === 0) {
      throw r.error('invalid-data', start + 2, 'a frame of no stream, on a connection that carries streams');
    }
    this.sid = seqid;
    this.#readHeader(r);
    if (this.type === frameType.data && this.headers === noHeaders)
      this.#known.remember(r.view, start, body, this.method);
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
  }
}
