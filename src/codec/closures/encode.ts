import type { LeafWriter } from '../../protocol/protocol.ts';
import { fieldDepth } from '../../protocol/types.ts';
import { classOf } from '../../values/classes.ts';
import { hasDuplicates, isOwnIdentity } from '../../values/equality.ts';
import { readField } from '../../values/fields.ts';
import { isUuid } from '../../wire/uuid.ts';
import { type ByteWriter, REFUSED } from '../../wire/writer.ts';
import { countsLie, enumNumber, isFloat, isNoRecord, isPlainMap } from '../checks.ts';
import type { CodecFinder, Encode } from '../codec.ts';
import type { CodecPlan, ContainerPlan, FieldPlan, LeafPlan, RecordPlan, ValuePlan } from '../plan.ts';

/** An encoder as closures, for any protocol: slower than generated source, and legal everywhere. */
export function closureEncoder(plan: CodecPlan, codecs: CodecFinder): Encode {
  switch (plan.kind) {
    case 'record':
      return record(plan, codecs);
    case 'value':
      return value(plan.value, codecs);
    case 'map':
      return map(plan, codecs);
    case 'set':
      return set(plan, codecs);
    case 'list':
      return list(plan, codecs);
  }
}

function record(plan: RecordPlan, codecs: CodecFinder): Encode {
  const { write } = codecs.protocol;
  const made = plan.type === undefined ? undefined : classOf(plan.type);
  const doubtful = countsLie(plan);
  const fields = plan.fields.map(field => ({
    id: field.id,
    required: field.required,
    inner: fieldDepth(field.value.wire, 0),
    fallback: field.initial?.(),
    encode: fieldEncoder(field, codecs),
    read: reader(plan, field),
  }));
  return (w, record, at, depth) => {
    if (depth > w.maxDepth || typeof record !== 'object' || record === null) throw REFUSED;
    at = write.structBegin(w, at);
    let [set, written, last] = [0, 0, 0];
    for (const field of fields) {
      let member = field.read(record);
      if (member !== undefined) set++;
      else member = field.fallback;
      if (member !== undefined && member !== null) {
        at = field.encode(w, member, at, depth + field.inner, last);
        at = write.fieldEnd(w, at);
        last = field.id;
        written++;
      } else if (field.required) throw REFUSED;
    }
    if (plan.form === 'union' && written !== 1) throw REFUSED;
    if (made !== undefined) {
      let keys = 0;
      for (const _ in record) keys++;
      if ((doubtful || keys !== set || keys === 0) && isNoRecord(plan, made, record, keys, set))
        throw REFUSED;
    }
    return write.stop(w, at);
  };
}

/** Writes a field's header and value, behind a field with the id `last`. */
type EncodeField = (w: ByteWriter, member: unknown, at: number, depth: number, last: number) => number;

function fieldEncoder({ id, value: plan }: FieldPlan, codecs: CodecFinder): EncodeField {
  const { write } = codecs.protocol;
  if (plan.kind === 'bool') {
    return (w, member, at, _depth, last) => {
      if (typeof member !== 'boolean') throw REFUSED;
      return write.boolField(w, at, member, id, last);
    };
  }
  const encode = value(plan, codecs);
  return (w, member, at, depth, last) => encode(w, member, write.field(w, at, plan.wire, id, last), depth);
}

/** Reads a field as `readField` does, with what that asks of the field itself answered once. */
function reader(
  plan: RecordPlan,
  { index, name, access, descriptor }: FieldPlan,
): (record: object) => unknown {
  const { type } = plan;
  if (type === undefined) return record => (record as readonly unknown[])[index];
  if (access === 'named') return record => (record as Record<string, unknown>)[name];
  return record => readField(type, record, descriptor);
}

/** A leaf's writer; of a child, one that asks its codec at each call, since that replaces its functions. */
function value(plan: ValuePlan, codecs: CodecFinder, write: LeafWriter = codecs.protocol.write): Encode {
  if (plan.kind === 'child') {
    const child = codecs.of(plan.type);
    return (w, member, at, depth) => child.encode(w, member, at, depth);
  }
  return leaf(plan, write);
}

function leaf(plan: LeafPlan, write: LeafWriter): Encode {
  switch (plan.kind) {
    case 'bool':
      return checked(v => typeof v === 'boolean', write.bool);
    case 'i8':
      return checked(v => typeof v === 'number' && (v << 24) >> 24 === v, write.i8);
    case 'i16':
      return checked(v => typeof v === 'number' && (v << 16) >> 16 === v, write.i16);
    case 'i32':
      return checked(isI32, write.i32);
    case 'float':
      return checked(isFloat, write.float);
    case 'double':
      return checked(v => typeof v === 'number', write.double);
    case 'string':
      // By far the most frequent, and so not by way of `checked`, whose calls are the same for all types: measured.
      return (w, v, at) => {
        if (typeof v !== 'string') throw REFUSED;
        return write.string(w, at, v);
      };
    case 'binary':
      return checked(v => v instanceof Uint8Array, write.binary);
    case 'uuid':
      return checked(isUuid, write.uuid);
    case 'enum': {
      const i32 = checked(isI32, write.i32);
      return (w, v, at, depth) => i32(w, typeof v === 'string' ? enumNumber(plan.type, v) : v, at, depth);
    }
    case 'i64': {
      const i64 = checked(v => typeof v === 'bigint' && BigInt.asIntN(64, v) === v, write.i64);
      return (w, v, at, depth) => i64(w, Number.isSafeInteger(v) ? BigInt(v as number) : v, at, depth);
    }
  }
}

function isI32(v: unknown): boolean {
  return typeof v === 'number' && (v | 0) === v;
}

function checked<T>(
  holds: (v: unknown) => boolean,
  write: (w: ByteWriter, at: number, v: T) => number,
): Encode {
  return (w, v, at) => {
    if (!holds(v)) throw REFUSED;
    return write(w, at, v as T);
  };
}

// The count of elements is on the wire before them: any that a getter adds or drops on the way are refused.

function list(plan: ContainerPlan & { kind: 'list' }, codecs: CodecFinder): Encode {
  const { write } = codecs.protocol;
  const encode = value(plan.element, codecs);
  return (w, v, at, depth) => {
    if (depth > w.maxDepth || !Array.isArray(v)) throw REFUSED;
    const size = v.length;
    at = write.list(w, at, plan.element.wire, size);
    for (let i = 0; i < size; i++) at = encode(w, v[i], write.element(w, at), depth + 1);
    if (v.length !== size) throw REFUSED;
    return write.listEnd(w, at);
  };
}

function set(plan: ContainerPlan & { kind: 'set' }, codecs: CodecFinder): Encode {
  const { write } = codecs.protocol;
  const encode = value(plan.element, codecs);
  return (w, v, at, depth) => {
    if (depth > w.maxDepth) throw REFUSED;
    const size = Array.isArray(v) ? v.length : v instanceof Set ? v.size : -1;
    if (size < 0 || hasDuplicates(plan.type.element, v as Set<unknown>)) throw REFUSED;
    at = write.list(w, at, plan.element.wire, size);
    let count = 0;
    for (const element of v as Iterable<unknown>) {
      if (count++ === size) throw REFUSED;
      at = encode(w, element, write.element(w, at), depth + 1);
    }
    if (count !== size) throw REFUSED;
    return write.listEnd(w, at);
  };
}

function map(plan: ContainerPlan & { kind: 'map' }, codecs: CodecFinder): Encode {
  const { write } = codecs.protocol;
  const key = value(plan.key, codecs, codecs.protocol.writeKey);
  const member = value(plan.value, codecs);
  const [byIdentity, takesObject] = [isOwnIdentity(plan.type.key), plan.key.kind === 'string'];
  return (w, v, at, depth) => {
    if (depth > w.maxDepth) throw REFUSED;
    const entries =
      v instanceof Map ? v : takesObject && isPlainMap(v) ? new Map(Object.entries(v)) : undefined;
    if (entries === undefined) throw REFUSED;
    if (!byIdentity && hasDuplicates(plan.type.key, new Set(entries.keys()))) throw REFUSED;
    const size = entries.size;
    at = write.map(w, at, plan.key.wire, plan.value.wire, size);
    let count = 0;
    for (const [k, m] of entries) {
      if (count === size) throw REFUSED;
      at = key(w, k, write.entry(w, at, count++), depth + 1);
      at = member(w, m, write.colon(w, at), depth + 1);
    }
    if (count !== size) throw REFUSED;
    return write.mapEnd(w, at);
  };
}
