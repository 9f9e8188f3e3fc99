import type { ProtocolName } from '../protocol/protocol.ts';
import type { TransportName } from './transport.ts';

/** What first bytes look like. */
export type Seen =
  | Messages
  /** Frames of Thrift streams, as Kitex has them. */
  | { readonly kind: 'streams' }
  /** What Thrift messages may travel in. */
  | { readonly kind: 'layer'; readonly layer: Layer }
  /** What is known, and not spoken here. */
  | { readonly kind: 'foreign'; readonly name: Foreign };

/**
 * Thrift messages; a header transport names the protocol in each of them, and it is binary here. Or nothing known: the
 * readers of such messages say best what is wrong with it.
 */
export interface Messages {
  readonly kind: 'messages' | 'unknown';
  readonly transport: TransportName;
  readonly protocol: ProtocolName;
}

export type Layer = 'TLS' | 'HTTP' | 'zlib' | 'SASL';

export type Foreign =
  | 'HTTP/2'
  | 'Rocket'
  | 'SSH'
  | 'Redis'
  | "thriftpy's own JSON"
  | 'the Kitex mesh header'
  | "THeader's big frames";

const messages = (protocol: ProtocolName, transport: TransportName): Seen => ({
  kind: 'messages',
  transport,
  protocol,
});
const unknown = (transport: TransportName): Seen => ({ kind: 'unknown', transport, protocol: 'binary' });
const layer = (name: Layer): Seen => ({ kind: 'layer', layer: name });
const foreign = (name: Foreign): Seen => ({ kind: 'foreign', name });

/** As an error names it; undefined for what is nothing known. */
export function seenText(seen: Seen): string | undefined {
  switch (seen.kind) {
    case 'messages':
      if (seen.transport === 'header') return 'Thrift with headers (THeader)';
      if (seen.transport === 'ttheader') return 'Thrift with headers (TTHeader)';
      return `Thrift ${seen.protocol === 'json' ? 'JSON' : seen.protocol}, ${seen.transport === 'framed' ? 'framed' : 'unframed'}`;
    case 'streams':
      return 'Thrift streams (TTHeader Streaming)';
    case 'layer':
      return seen.layer;
    case 'foreign':
      return seen.name;
    case 'unknown':
      return undefined;
  }
}

/** What bytes that were not expected look like, for an error. */
export function looksLike(bytes: Buffer): string {
  const seen = recognise(bytes, 0, bytes.length);
  return (seen && seenText(seen)) ?? `${bytes.toString('hex', 0, 8)} (hex)`;
}

/** As many bytes as settle every case. */
const ENOUGH = 9;
const COMPACT = 0x82;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Beginnings that are text. As the length of a name or a frame each would be more than half a gigabyte. */
const texts: readonly (readonly [RegExp, Seen])[] = [
  [/^PRI /, foreign('HTTP/2')],
  [/^(HTTP|GET |POST|HEAD|PUT |DELE|PATC|OPTI|TRAC|CONN)/, layer('HTTP')],
  [/^SSH-/, foreign('SSH')],
  [/^([*$:]\d|[+-][A-Z])/, foreign('Redis')],
  [/^PING/, foreign('Redis')],
  [/^BIGF/, foreign("THeader's big frames")],
];

/** What the first bytes of a peer say, in the fewest that tell; undefined while more of them are needed. */
export function recognise(bytes: Buffer, from: number, to: number): Seen | undefined {
  const length = to - from;
  if (length === 0) return undefined;
  const first = bytes[from]!;
  if (first === COMPACT) return messages('compact', 'buffered');
  if (first === BRACKET) return messages('json', 'buffered');
  if (first >= 0x14 && first <= 0x17) return second(bytes, from, to, byte => byte === 3, layer('TLS'));
  if (first === 0x78) return second(bytes, from, to, isZlibLevel, layer('zlib'));
  if (first === 0xff) return second(bytes, from, to, byte => byte === 0xaf, foreign('the Kitex mesh header'));
  if (first >= 0x80) return messages('binary', 'buffered');
  if (first > 0x20) {
    const head = bytes.toString('latin1', from, Math.min(to, from + 4));
    for (const [form, seen] of texts) if (form.test(head)) return seen;
    return length < 4 ? undefined : unknown('buffered');
  }
  if (length < 5) return undefined;
  return behindLength(bytes, from, length);
}

/** The first four bytes are a length: of a name, a frame, or something else. */
function behindLength(bytes: Buffer, from: number, length: number): Seen | undefined {
  const fifth = bytes[from + 4]!;
  if (isName(fifth)) return messages('binary', 'buffered');
  if (fifth === COMPACT) return messages('compact', 'framed');
  if (fifth === BRACKET) return messages('json', 'framed');
  if (fifth === BRACE) return foreign("thriftpy's own JSON");
  // Status, length of the mechanism's name, which is at most 20 letters (RFC 4422, section 3.1).
  if (isSaslStatus(bytes, from) && fifth > 0 && fifth <= 20) return layer('SASL');
  if (fifth === 0x0f) {
    if (length < 6) return undefined;
    return bytes[from + 5] === 0xff ? messages('binary', 'header') : unknown('framed');
  }
  if (fifth === 0x10) {
    if (length < 8) return undefined;
    if (bytes[from + 5] !== 0x00) return unknown('framed');
    const streams = (bytes[from + 7]! & 0x02) !== 0;
    return streams ? { kind: 'streams' } : messages('binary', 'ttheader');
  }
  if (fifth === 0) return emptyFifth(bytes, from, length);
  return fifth === 0x80 ? messages('binary', 'framed') : unknown('framed');
}

/** A frame with an old message in it, or Rocket: a 3-byte length, stream 0, and the type of a SETUP frame. */
function emptyFifth(bytes: Buffer, from: number, length: number): Seen | undefined {
  if (length < ENOUGH) return undefined;
  if (isName(bytes[from + 8]!)) return messages('binary', 'framed');
  const isSetup = bytes.readUInt32BE(from + 3) === 0 && (bytes[from + 7]! & 0xfc) === 0x04;
  return isSetup ? foreign('Rocket') : unknown('framed');
}

function second(
  bytes: Buffer,
  from: number,
  to: number,
  holds: (byte: number) => boolean,
  seen: Seen,
): Seen | undefined {
  if (to - from < 2) return undefined;
  return holds(bytes[from + 1]!) ? seen : unknown('buffered');
}

/** The second byte of a zlib stream: the first two, as one number, are a multiple of 31 (RFC 1950, section 2.2). */
function isZlibLevel(byte: number): boolean {
  return (0x7800 + byte) % 31 === 0;
}

/** START to COMPLETE, before a length below 256. */
function isSaslStatus(bytes: Buffer, from: number): boolean {
  const status = bytes[from]!;
  return status >= 1 && status <= 5 && bytes.readUInt16BE(from + 1) === 0 && bytes[from + 3] === 0;
}

function isName(byte: number): boolean {
  return /[A-Za-z_]/.test(String.fromCharCode(byte));
}
