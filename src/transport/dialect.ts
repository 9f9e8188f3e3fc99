import type { ProtocolName } from '../protocol/protocol.ts';
import type { ByteReader } from '../wire/reader.ts';

/** How a peer cuts its messages. */
export type Framing = 'buffered' | 'framed';

/** Bytes of a message's beginning that settle every case below. */
const ENOUGH = 8;

/** What a peer speaks, as far as its bytes show it. */
export interface Spoken {
  readonly protocol: ProtocolName;
  readonly framing: Framing;
}

/** First byte of a compact message; no binary message, and no sensible frame, begins with it. */
const COMPACT = 0x82;

/**
 * What a client's first bytes say; undefined when there are too few of them yet. A binary message begins with
 * 80 01, or, in its old form, with the length of its name and a letter; a compact one with 82; a frame with its
 * length, which is never negative, and then one of those.
 */
export function detect(bytes: Buffer, length: number): Spoken | undefined {
  const first = bytes[0]!;
  if (first >= 0x80) return { protocol: first === COMPACT ? 'compact' : 'binary', framing: 'buffered' };
  if (length < 5) return undefined;
  const fifth = bytes[4]!;
  if (beginsName(fifth)) return { protocol: 'binary', framing: 'buffered' };
  return { protocol: fifth === COMPACT ? 'compact' : 'binary', framing: 'framed' };
}

function beginsName(byte: number): boolean {
  return /[A-Za-z_]/.test(String.fromCharCode(byte));
}

/** What bytes look like that are no message of the expected kind; undefined when they look like nothing known. */
export function recognise(bytes: Buffer, from: number, to: number): string | undefined {
  const head = bytes.toString('latin1', from, Math.min(to, from + ENOUGH));
  if (/^HTTP\//.test(head)) return 'HTTP';
  if (/^(GET|POST|HEAD|PUT|OPTIONS|DELETE|PATCH) /.test(`${head} `)) return 'HTTP';
  if (head.startsWith('PRI * HT')) return 'HTTP/2';
  if (/^[\x14-\x17]\x03[\x00-\x04]/.test(head)) return 'TLS';
  if (head.startsWith('SSH-')) return 'SSH';
  if (/^[+\-*$]\d|^-ERR/.test(head)) return 'Redis';
  if (head.startsWith('\x80\x01')) return 'Thrift binary, unframed';
  if (head.startsWith('\x82') && (head.charCodeAt(1) & 0x1f) === 1) return 'Thrift compact, unframed';
  if (head.slice(4).startsWith('\x80\x01')) return 'Thrift binary, framed';
  if (head.charCodeAt(4) === 0x82) return 'Thrift compact, framed';
  if (head.slice(4).startsWith('\x0f\xff')) return 'Thrift header';
  if (head.slice(4).startsWith('\x10\x00')) return 'TTHeader';
  if (head.startsWith('[')) return 'Thrift JSON';
  if (head.charCodeAt(4) === 0x5b) return 'Thrift JSON, framed';
  if (head.charCodeAt(4) === 0x7b) return "thriftpy's own JSON";
  return undefined;
}

/** Whether a reader stands at the beginning of a frame, where an unframed message was expected. */
export function looksFramed(r: ByteReader): boolean {
  if (r.end - r.start < 6 || r.bytes[r.start]! >= 0x80) return false;
  const [fifth, sixth] = [r.bytes[r.start + 4]!, r.bytes[r.start + 5]!];
  return (fifth === 0x80 && sixth === 0x01) || (fifth === COMPACT && (sixth & 0x1f) === 1);
}
