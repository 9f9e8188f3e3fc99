/** Bytes from hex digits; blanks and `|` between them are for the reader. */
export function hex(text: string): Buffer {
  const digits = text.replace(/[\s|]/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new TypeError(`no hex: ${text}`);
  return Buffer.from(digits, 'hex');
}

/** Bytes as hex digits, to compare with. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** A message behind its length. */
export function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(message.length);
  return Buffer.concat([length, message]);
}

/** Big-endian integers and length-prefixed texts, as binary messages are made of them. */
export function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function text(value: string): Buffer {
  return Buffer.concat([i32(Buffer.byteLength(value)), Buffer.from(value)]);
}

export const CALL = 1;
export const REPLY = 2;
export const EXCEPTION = 3;
export const ONEWAY = 4;

/** A strict binary message; `body` is its struct, stop byte included, in hex. */
export function message(type: number, name: string, seqid: number, body: string | Uint8Array = '00'): Buffer {
  const struct = typeof body === 'string' ? hex(body) : body;
  return Buffer.concat([hex('80 01 00'), Buffer.of(type), text(name), i32(seqid), struct]);
}

/** A message in the old form, without a version. */
export function oldMessage(type: number, name: string, seqid: number, body = '00'): Buffer {
  return Buffer.concat([text(name), Buffer.of(type), i32(seqid), hex(body)]);
}

/** A struct of strings by field id. */
export function texts(fields: Readonly<Record<number, string>>): Buffer {
  const parts = Object.entries(fields).map(([id, value]) =>
    Buffer.concat([Buffer.of(11, Number(id) >> 8, Number(id) & 0xff), text(value)]),
  );
  return Buffer.concat([...parts, Buffer.of(0)]);
}

/** A TApplicationException. */
export function applicationException(why: string, type: number): Buffer {
  return Buffer.concat([hex('0b 00 01'), text(why), hex('08 00 02'), i32(type), Buffer.of(0)]);
}
