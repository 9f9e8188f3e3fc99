import type { ByteReader } from '../wire/reader.ts';
import { readText, writeText } from '../wire/text.ts';
import { type ByteWriter, room } from '../wire/writer.ts';
import type { MessageTaker } from './cutter.ts';
import { type Envelope, type Headers, noHeaders } from './envelope.ts';
import { FrameCutter } from './frame-cutter.ts';
import { CRRST, saysGoodbye } from './goodbye.ts';
import { beginHeader, bodyOf, endHeader, type HeaderFormat, readFixedPart } from './header-frame.ts';
import { parseTimeout, timeoutText } from './timeout.ts';
import { Oversize, type Transport } from './transport.ts';

/*
 * Kitex's TTHeader (cloudwego.io, "Transport Protocol TTHeader"). In the header: u8 protocol id, u8 count of
 * transforms, their ids, then blocks. The message is strict binary, bare or once more behind a length.
 */
const format: HeaderFormat = { name: 'TTHeader', magic: 0x1000, mostWords: 0xffff };
const STREAMING = 0x0002;
const BINARY = 0;
const block = { padding: 0x00, texts: 0x01, numbered: 0x10, aclToken: 0x11 } as const;
/** Numbered pairs: the method's name, and how many ms the client waits. */
const TO_METHOD = 9;
const RPC_TIMEOUT = 12;
const SERVICE = 'isn';
const ACL_TOKEN = 'gdpr-token';

/** Messages with headers, as Kitex's services have them. */
export const ttheader: Transport = {
  name: 'ttheader',
  isFramed: true,
  hasHeaders: true,
  goodbye: CRRST,
  cutter: (_protocol, limits) => new FrameCutter(limits, takeFrame),
  replyCutter: (_protocol, limits) => new FrameCutter(limits, (r, taker) => takeFrame(r, taker, true)),
  open(w, at, { seqid, name }, { headers, framed, service, timeout }) {
    const begin = beginHeader(w, at, format, seqid);
    room(w, begin, 2);
    w.bytes[begin] = BINARY;
    w.bytes[begin + 1] = 0;
    let end = writeTexts(w, begin + 2, headers.has(SERVICE) ? undefined : service, headers);
    if (service !== undefined) end = writeNumbered(w, end, name, timeout);
    end = endHeader(w, at, format, end);
    if (!framed) return end;
    room(w, end, 4);
    return end + 4;
  },
  close(w, at, end, { framed }) {
    if (framed) {
      const body = bodyOf(w, at);
      w.view.setInt32(body, end - body - 4);
    }
    w.view.setInt32(at, end - at - 4);
    return end;
  },
};

function takeFrame(r: ByteReader, taker: MessageTaker, isReply = false): boolean {
  const { start, end } = r;
  const { flags, seqid, body } = readFixedPart(r, format);
  if ((flags & STREAMING) !== 0) {
    throw r.error('invalid-data', start + 2, 'a frame of a stream, on a connection that carries plain calls');
  }
  checkProtocol(r);
  const { headers, timeout } = readBlocks(r);
  r.end = end;
  const service = headers.get(SERVICE);
  let framed = false;
  if (seqid === 0 && isEmptyStruct(r, body)) {
    if (!isReply || !saysGoodbye(headers)) return true;
    // Nothing is left but what stands around it.
    r.window(end, end, false);
  } else {
    framed = isFramed(r, body);
    r.window(framed ? body + 4 : body, end, false);
  }
  return taker.take(r, {
    protocol: 'binary',
    headers,
    timeout,
    zlib: false,
    framed,
    service,
    unreadable: undefined,
  });
}

/** Whether this stands for no message, as in the frame by which a multiplexing Kitex server says that it will close. */
function isEmptyStruct(r: ByteReader, at: number): boolean {
  return r.end - at === 1 && r.bytes[at] === 0;
}

/** Whether the message at `at` stands behind its length: no strict message begins with a sensible one. */
function isFramed(r: ByteReader, at: number): boolean {
  if (at + 4 > r.end || r.view.getInt32(at) < 0) return false;
  if (r.view.getInt32(at) === r.end - at - 4) return true;
  const text = `expected a strict binary message, or one behind its length, which is ${r.end - at - 4}`;
  throw r.error('invalid-data', at, `${text}; got ${r.view.getInt32(at)}`);
}

function checkProtocol(r: ByteReader): void {
  const at = advance(r, 2);
  const [protocol, transforms] = [r.bytes[at]!, r.bytes[at + 1]!];
  if (protocol !== BINARY) {
    throw r.error('invalid-data', at, `expected the protocol id 0 (Thrift binary), got ${protocol}`);
  }
  if (transforms !== 0) {
    throw r.error('invalid-data', at + 1, `expected no transforms, as Kitex knows none, got ${transforms}`);
  }
}

function readBlocks(r: ByteReader): Pick<Envelope, 'headers' | 'timeout'> {
  let headers: Map<string, string> | undefined;
  let timeout = Number.POSITIVE_INFINITY;
  while (r.pos < r.end) {
    const at = advance(r, 1);
    switch (r.bytes[at]) {
      case block.padding:
        break;
      case block.texts: {
        headers ??= new Map();
        for (let left = readCount(r, 4); left > 0; left--) {
          const key = readString(r);
          headers.set(key, readString(r));
        }
        break;
      }
      case block.numbered:
        for (let left = readCount(r, 4); left > 0; left--) {
          const key = r.view.getUint16(advance(r, 2));
          const text = readString(r);
          if (key === RPC_TIMEOUT) timeout = parseTimeout(text);
        }
        break;
      case block.aclToken:
        headers ??= new Map();
        headers.set(ACL_TOKEN, readString(r));
        break;
      default:
        throw r.error('invalid-data', at, `there is no block of headers with the id ${r.bytes[at]}`);
    }
  }
  return { headers: headers ?? noHeaders, timeout };
}

/** The count of a block whose entries take `least` bytes each. */
function readCount(r: ByteReader, least: number): number {
  const at = advance(r, 2);
  const count = r.view.getUint16(at);
  if (count * least > r.end - r.pos) throw r.badSize(count, at, 'a block of headers');
  return count;
}

function readString(r: ByteReader): string {
  const at = advance(r, 2);
  const length = r.view.getUint16(at);
  const from = advance(r, length);
  return readText(r, from, length, false);
}

function advance(r: ByteReader, size: number): number {
  const at = r.pos;
  if (at + size > r.end) throw r.truncated(at, size);
  r.pos = at + size;
  return at;
}

function writeTexts(w: ByteWriter, at: number, service: string | undefined, texts: Headers): number {
  const count = texts.size + (service === undefined ? 0 : 1);
  if (count === 0) return at;
  room(w, at, 3);
  w.bytes[at] = block.texts;
  w.view.setUint16(at + 1, count);
  at += 3;
  if (service !== undefined) at = writeString(w, writeString(w, at, SERVICE), service);
  for (const [key, value] of texts) at = writeString(w, writeString(w, at, key), value);
  return at;
}

function writeNumbered(w: ByteWriter, at: number, method: string, timeout: number): number {
  const isTimed = timeout < Number.POSITIVE_INFINITY;
  room(w, at, 7);
  w.bytes[at] = block.numbered;
  w.view.setUint16(at + 1, isTimed ? 2 : 1);
  w.view.setUint16(at + 3, TO_METHOD);
  at = writeString(w, at + 5, method);
  if (!isTimed) return at;
  room(w, at, 2);
  w.view.setUint16(at, RPC_TIMEOUT);
  return writeString(w, at + 2, timeoutText(timeout));
}

function writeString(w: ByteWriter, at: number, text: string): number {
  const end = writeText(w, at + 2, text, 0);
  const bytes = end - at - 2;
  if (bytes > 0xffff) throw new Oversize(`a header takes ${bytes} bytes, TTHeader has room for ${0xffff}`);
  w.view.setUint16(at, bytes);
  return end;
}
