import type { LeafWriter, ValueWriter } from '../../protocol/protocol.ts';
import type { WireType } from '../../protocol/types.ts';
import type { EnumDescriptor } from '../../schema/descriptor.ts';
import { isUuid } from '../../wire/uuid.ts';
import { type ByteWriter, REFUSED } from '../../wire/writer.ts';
import { enumNumber, isFloat } from '../checks.ts';
import type { Codec, CodecFinder } from '../codec.ts';
import type { ValuePlan } from '../plan.ts';
import { internal } from './internal.ts';

/** What writing a value asks of its plan: of one shape whatever the kind, so that asking takes next to no time. */
export class ValueEncoding {
  readonly kind: ValuePlan['kind'];
  readonly wire: WireType;
  /** Of an enum. */
  readonly type: EnumDescriptor | undefined;
  /** Of a value with a codec of its own. */
  readonly child: Codec | undefined;

  constructor(plan: ValuePlan, codecs: CodecFinder) {
    this.kind = internal(plan.kind);
    this.wire = plan.wire;
    this.type = plan.kind === 'enum' ? plan.type : undefined;
    this.child = plan.kind === 'child' ? codecs.of(plan.type) : undefined;
  }
}

/**
 * Checks and writes a value: one function for all kinds, since calls of closures, one for each kind, take longer than most
 * of these have to do. It is short, so that V8 puts it into the loops around it; what is rare stands apart for that.
 */
export function encodeValue(
  write: LeafWriter,
  as: ValueEncoding,
  w: ByteWriter,
  v: unknown,
  at: number,
  depth: number,
): number {
  switch (as.kind) {
    case 'string':
      if (typeof v !== 'string') throw REFUSED;
      return write.string(w, at, v);
    case 'i32':
      if (typeof v !== 'number' || (v | 0) !== v) throw REFUSED;
      return write.i32(w, at, v);
    case 'double':
      if (typeof v !== 'number') throw REFUSED;
      return write.double(w, at, v);
    case 'child':
      return as.child!.encode(w, v, at, depth);
    default:
      return encodeRare(write, as, w, v, at);
  }
}

function encodeRare(write: LeafWriter, as: ValueEncoding, w: ByteWriter, v: unknown, at: number): number {
  switch (as.kind) {
    case 'bool':
      if (typeof v !== 'boolean') throw REFUSED;
      return write.bool(w, at, v);
    case 'i8':
      if (typeof v !== 'number' || (v << 24) >> 24 !== v) throw REFUSED;
      return write.i8(w, at, v);
    case 'i16':
      if (typeof v !== 'number' || (v << 16) >> 16 !== v) throw REFUSED;
      return write.i16(w, at, v);
    case 'i64':
      return write.i64(w, at, exact(v));
    case 'enum': {
      const number = typeof v === 'string' ? enumNumber(as.type!, v) : v;
      if (typeof number !== 'number' || (number | 0) !== number) throw REFUSED;
      return write.i32(w, at, number);
    }
    case 'float':
      if (!isFloat(v)) throw REFUSED;
      return write.float(w, at, v);
    case 'binary':
      if (!(v instanceof Uint8Array)) throw REFUSED;
      return write.binary(w, at, v);
    default:
      if (!isUuid(v)) throw REFUSED;
      return write.uuid(w, at, v);
  }
}

/** An i64, which may be given as a number. */
function exact(v: unknown): bigint {
  const integer = Number.isSafeInteger(v) ? BigInt(v as number) : v;
  if (typeof integer !== 'bigint' || BigInt.asIntN(64, integer) !== integer) throw REFUSED;
  return integer;
}

/**
 * Checks and writes the elements of a list. The most frequent kinds have a loop each: measured, where a program has lists
 * of several kinds, a fifth of the time for numbers.
 */
export function encodeElements(
  write: ValueWriter,
  as: ValueEncoding,
  w: ByteWriter,
  list: readonly unknown[],
  at: number,
  depth: number,
): number {
  const size = list.length;
  switch (as.kind) {
    case 'string':
      for (let i = 0; i < size; i++) {
        const v = list[i];
        if (typeof v !== 'string') throw REFUSED;
        at = write.string(w, write.element(w, at), v);
      }
      return at;
    case 'i32':
      for (let i = 0; i < size; i++) {
        const v = list[i];
        if (typeof v !== 'number' || (v | 0) !== v) throw REFUSED;
        at = write.i32(w, write.element(w, at), v);
      }
      return at;
    case 'i64':
      for (let i = 0; i < size; i++) at = write.i64(w, write.element(w, at), exact(list[i]));
      return at;
    case 'double':
      for (let i = 0; i < size; i++) {
        const v = list[i];
        if (typeof v !== 'number') throw REFUSED;
        at = write.double(w, write.element(w, at), v);
      }
      return at;
    default:
      for (let i = 0; i < size; i++) at = encodeValue(write, as, w, list[i], write.element(w, at), depth);
      return at;
  }
}
