/**
 * Frames of Kitex's TTHeader Streaming (pkg/remote/trans/ttstream/frame.go), read as strictly as Kitex reads them and
 * written as Kitex writes them.
 */
import { ttFrame } from './frames.ts';
import { applicationException, EXCEPTION, hex, message } from './hex.ts';
import { key, readHeader, STREAMING, writeHeader } from './kitex.ts';

/** Kinds of frames, by the digit that stands for each under `key.frameType`. */
const kinds = new Map([
  ['1', 'meta'],
  ['2', 'header'],
  ['3', 'data'],
  ['4', 'trailer'],
  ['5', 'rst'],
] as const);

export type FrameKind = 'meta' | 'header' | 'data' | 'trailer' | 'rst';

/** Payloads of streams are bare structs. */
export const THRIFT_STRUCT = 0x10;
/** What Kitex's decoder lets pass; it takes no notice of which one it is. */
const protocols = [0x00, 0x03, 0x04, THRIFT_STRUCT, 0x11];

/** Numbers of the exceptions that Kitex ends streams with (ttstream/exception.go). */
export const code = {
  application: 12001,
  header: 12002,
  biz: 12003,
  frame: 12004,
  operation: 12005,
  transport: 12006,
  cancel: 12007,
  byDownstream: 12009,
  byUpstream: 12010,
  handlerReturned: 12012,
  connectionClosed: 12013,
  recvTimeout: 12014,
  streamTimeout: 12015,
} as const;

/** Bytes of a struct, stop byte included, as they are or in hex. */
export type Body = Uint8Array | string;

/** Pairs of a header, by their names. */
export type Texts = Readonly<Record<string, string>>;

export interface StreamFrame {
  readonly kind: FrameKind;
  readonly sid: number;
  readonly method: string | undefined;
  readonly protocol: number;
  readonly texts: ReadonlyMap<string, string>;
  readonly numbers: ReadonlyMap<number, string>;
  readonly payload: Buffer;
}

/** What a frame is written from; numbers given here go before the frame's own. */
export interface StreamParts {
  readonly kind: FrameKind;
  readonly sid: number;
  readonly method: string;
  readonly texts?: Texts;
  readonly numbers?: Readonly<Record<number, string>>;
  readonly payload?: Body;
}

/** Takes a frame apart, without its length. Throws where Kitex closes the connection. */
export function readStreamFrame(bytes: Buffer): StreamFrame {
  const { flags, sequence: sid, protocol, texts, numbers, payload } = readHeader(bytes);
  if (!protocols.includes(protocol)) throw new Error(`unsupported protocol id ${protocol}`);
  if ((flags & STREAMING) === 0) throw new Error(`unexpected header flags: ${flags}`);
  const digit = numbers.get(key.frameType) as '1' | undefined;
  const kind = digit && kinds.get(digit);
  if (kind === undefined) throw new Error(`unexpected frame type: ${digit}`);
  return { kind, sid, method: numbers.get(key.toMethod), protocol, texts, numbers, payload };
}

/** A whole frame. */
export function writeStreamFrame({
  kind,
  sid,
  method,
  texts = {},
  numbers,
  payload = '',
}: StreamParts): Buffer {
  const [digit] = [...kinds].find(([, name]) => name === kind)!;
  const own = { ...numbers, [key.frameType]: digit, [key.toMethod]: method };
  const header = writeHeader(THRIFT_STRUCT, { texts, numbers: own });
  const body = typeof payload === 'string' ? hex(payload) : payload;
  return ttFrame(body, { seqid: sid, flags: STREAMING, header });
}

/** The payload of a Trailer that tells of an error, and of an Rst. */
export function exceptionPayload(method: string, sid: number, why: string, type: number): Buffer {
  return message(EXCEPTION, method, sid, applicationException(why, type));
}

/** Reads such a payload. Throws where it is no exception: Kitex tells the stream's reader so, as an illegal frame. */
export function readException(payload: Buffer): { readonly message: string; readonly type: number } {
  if (payload.readInt32BE(0) !== (0x80010000 | EXCEPTION)) throw new Error('expected the message EXCEPTION');
  let at = 12 + payload.readInt32BE(4);
  let [text, type] = ['', 0];
  while (payload[at] !== 0) {
    const field = payload.readUIntBE(at, 3);
    const size = payload.readInt32BE(at + 3);
    at += 7;
    if (field === 0x080002) type = size;
    else if (field === 0x0b0001) {
      text = payload.toString('utf8', at, at + size);
      at += size;
    } else throw new Error(`a field ${field.toString(16)} in an application exception`);
  }
  return { message: text, type };
}
