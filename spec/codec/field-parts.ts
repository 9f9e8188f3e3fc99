import type { Protocol } from '../../src/protocol/protocol.ts';
import { type WireType, wireType } from '../../src/protocol/types.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { enginesOf, Subject } from './engines.ts';

/** A field of an encoded struct. */
export interface FieldPart {
  readonly id: number;
  readonly type: WireType;
  /** What follows the header. */
  readonly body: Buffer;
  /** The value of a bool that has no body. */
  readonly flag: boolean;
}

/** The fields of an encoded struct. */
export function cut(protocol: Protocol, bytes: Buffer): FieldPart[] {
  const r = new Subject(enginesOf(protocol)[0]!, protocol).reader(bytes);
  const parts: FieldPart[] = [];
  protocol.read.structBegin(r);
  for (let last = 0; ; ) {
    const header = protocol.read.field(r, last);
    if (header === 0) return parts;
    const [type, from, { flag }] = [(header >>> 16) as WireType, r.pos, r];
    last = (header << 16) >> 16;
    protocol.skipField(r, type, 0);
    parts.push({ id: last, type, body: bytes.subarray(from, r.pos), flag });
    protocol.read.fieldEnd(r);
  }
}

/** A struct of fields, in the order in which they are given. */
export function join({ write }: Protocol, parts: readonly FieldPart[]): Buffer {
  const w = new ByteWriter(8, 64);
  let [at, last] = [write.structBegin(w, 0), 0];
  for (const { id, type, body, flag } of parts) {
    at =
      type === wireType.bool && body.length === 0
        ? write.boolField(w, at, flag, id, last)
        : write.field(w, at, type, id, last);
    if (at + body.length > w.size) w.grow(at, body.length);
    w.bytes.set(body, at);
    at = write.fieldEnd(w, at + body.length);
    last = id;
  }
  const end = write.stop(w, at);
  return Buffer.from(w.bytes.subarray(0, end));
}
