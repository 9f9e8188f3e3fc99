import { DecodeError } from '../errors/decode-error.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { ByteWriter } from '../wire/writer.ts';
import { readInteger } from './json-numbers.ts';
import { closingQuote, readString, writeBare, writeString } from './json-text.ts';
import { ascii, expect, next, skipBlanks } from './json-tokens.ts';
import type { MessageHeader } from './protocol.ts';

/** A message is the list `[1,"name",type,seqid,{...}]`, which begins with the protocol's version. */
const VERSION = 1;
/** Bytes of a header beside those of the name, blanks included. */
const MOST_BESIDE = 256;
/** Bytes of a character of the name, when it is escaped. */
const MOST_ESCAPED = 6;

/** Reads a header up to the body; false when the bytes end before it does. */
export function readMessage(r: ByteReader, header: MessageHeader): boolean {
  const at = skipBlanks(r, r.pos);
  if (at >= r.end) return false;
  if (r.bytes[at] !== ascii.openList) {
    const got = r.bytes[at]!.toString(16);
    throw r.error('bad-version', at, `expected a JSON message ("["), got 0x${got}`);
  }
  r.pos = at + 1;
  try {
    readHeader(r, header);
  } catch (error) {
    if (!(error instanceof DecodeError) || error.code !== 'truncated') throw error;
    if (r.end - at > r.maxName * MOST_ESCAPED + MOST_BESIDE) {
      const text = `the message has no end of its header in ${r.end - at} bytes (limits.name is ${r.maxName})`;
      throw r.error('size-limit', at, text);
    }
    return false;
  }
  return true;
}

function readHeader(r: ByteReader, header: MessageHeader): void {
  const at = next(r);
  const version = readInteger(r, 'i32');
  if (version !== VERSION) {
    throw r.error('bad-version', at, `expected version 1 of the JSON protocol, got ${version}`);
  }
  expect(r, ascii.comma);
  header.name = readName(r);
  expect(r, ascii.comma);
  header.type = readInteger(r, 'i32');
  expect(r, ascii.comma);
  header.seqid = readInteger(r, 'i32');
  expect(r, ascii.comma);
  header.strict = true;
}

function readName(r: ByteReader): string {
  const at = next(r);
  const most = at + 2 + r.maxName * MOST_ESCAPED;
  if (r.bytes[at] !== ascii.quote || r.end <= most || closingQuote(r.bytes, at + 1, most) >= 0) {
    const name = readString(r, false);
    if (Buffer.byteLength(name) <= r.maxName) return name;
  }
  throw r.error('size-limit', at, `the method's name exceeds ${r.maxName} bytes (limits.name)`);
}

/** Writes a header. */
export function writeMessage(w: ByteWriter, at: number, header: MessageHeader): number {
  const end = writeString(w, writeBare(w, at, `[${VERSION},`), header.name);
  return writeBare(w, end, `,${header.type},${header.seqid},`);
}

/** Reads the end of a message, and the blanks behind it: some clients end each with a new line. */
export function readMessageEnd(r: ByteReader): void {
  expect(r, ascii.closeList);
  r.pos = skipBlanks(r, r.pos);
}

export function writeMessageEnd(w: ByteWriter, at: number): number {
  return writeBare(w, at, ']');
}
