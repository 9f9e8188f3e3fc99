import type { ByteReader } from '../wire/reader.ts';
import { room } from '../wire/writer.ts';
import type { MessageTaker } from './cutter.ts';
import { FrameCutter } from './frame-cutter.ts';
import { CRRST, saysGoodbye } from './goodbye.ts';
import { beginHeader, bodyOf, endHeader, readFixedPart } from './header-frame.ts';
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
 * Kitex's TTHeader (cloudwego.io, "Transport Protocol TTHeader"). In the header: u8 protocol id, u8 count of
 * transforms, their ids, then blocks. The message is strict binary, bare or once more behind a length.
 */
const BINARY = 0;

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
    if (service !== undefined) end = writeNumbered(w, end, '', name, timeout);
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
