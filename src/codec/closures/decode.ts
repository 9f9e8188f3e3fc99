import type { ValueReader } from '../../protocol/protocol.ts';
import { fieldDepth } from '../../protocol/types.ts';
import { classOf } from '../../values/classes.ts';
import { emptyUnionOf, exceptionOf, unionOf } from '../../values/instances.ts';
import { makerOf } from '../../values/maker.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { CodecFinder, Decode } from '../codec.ts';
import { missingField, mistypedElements, secondMember, unsafeInteger } from '../complaints.ts';
import type { CodecPlan, ContainerPlan, LeafPlan, RecordPlan, ValuePlan } from '../plan.ts';

/** A decoder as closures, for any protocol: slower than generated source, and legal everywhere. */
export function closureDecoder(plan: CodecPlan, codecs: CodecFinder): Decode {
  switch (plan.kind) {
    case 'record':
      return plan.form === 'union' ? union(plan, codecs) : record(plan, codecs);
    case 'value':
      return value(plan.value, codecs);
    case 'map':
      return map(plan, codecs);
    default:
      return elements(plan, codecs);
  }
}

/** How a field is read behind its header, and how much deeper than its holder it lies. */
interface FieldDecoder {
  readonly header: number;
  readonly index: number;
  readonly inner: number;
  readonly decode: Decode;
}

function fieldDecoders(plan: RecordPlan, codecs: CodecFinder): readonly FieldDecoder[] {
  return plan.fields.map(field => ({
    header: (field.value.wire << 16) | (field.id & 0xffff),
    index: field.index,
    inner: fieldDepth(field.value.wire, 0),
    decode: field.value.kind === 'bool' ? codecs.protocol.read.boolField : value(field.value, codecs),
  }));
}

function byHeader(fields: readonly FieldDecoder[]): ReadonlyMap<number, FieldDecoder> {
  return new Map(fields.map(field => [field.header, field]));
}

/** The header of a struct's first field, 0 when it has none. */
function firstField(read: ValueReader, r: ByteReader): number {
  read.structBegin(r);
  return read.field(r, 0);
}

/** The same for the field behind the one with that header, whose value was read or skipped. */
function nextField(read: ValueReader, r: ByteReader, header: number): number {
  read.fieldEnd(r);
  return read.field(r, (header << 16) >> 16);
}

function record(plan: RecordPlan, codecs: CodecFinder): Decode {
  const { read, skipField } = codecs.protocol;
  const fields = fieldDecoders(plan, codecs);
  const known = byHeader(fields);
  const completed = plan.fields.filter(({ initial, required }) => initial !== undefined || required);
  const { type } = plan;
  const Struct = type?.kind === 'struct' ? makerOf(type, classOf(type).prototype) : undefined;
  return (r, depth) => {
    if (depth > r.maxDepth) throw r.tooDeep(r.pos);
    const values = new Array<unknown>(fields.length).fill(undefined);
    let expected = 0;
    for (let header = firstField(read, r); header !== 0; header = nextField(read, r, header)) {
      // Most come in their declared order, and are found without looking them up.
      let field = fields[expected];
      if (field === undefined || field.header !== header) field = known.get(header);
      if (field === undefined) skipField(r, header >>> 16, fieldDepth(header >>> 16, depth));
      else {
        expected = field.index + 1;
        const member = field.decode(r, depth + field.inner);
        // Undefined: the elements are of other types than declared, and the field is as good as absent.
        if (member !== undefined) values[field.index] = member;
      }
    }
    for (const field of completed) {
      if (values[field.index] !== undefined) continue;
      if (field.initial === undefined) throw missingField(r, field.descriptor);
      values[field.index] = field.initial();
    }
    if (type === undefined) return values;
    return Struct === undefined ? exceptionOf(type, values) : new Struct(values);
  };
}

function union(plan: RecordPlan, codecs: CodecFinder): Decode {
  const { read, skipField } = codecs.protocol;
  const fields = byHeader(fieldDecoders(plan, codecs));
  const type = plan.type!;
  return (r, depth) => {
    if (depth > r.maxDepth) throw r.tooDeep(r.pos);
    let index = -1;
    let unknown: number | undefined;
    let chosen: unknown;
    for (let header = firstField(read, r); header !== 0; header = nextField(read, r, header)) {
      const field = fields.get(header);
      if (field === undefined) {
        unknown = (header << 16) >> 16;
        skipField(r, header >>> 16, fieldDepth(header >>> 16, depth));
        continue;
      }
      const member = field.decode(r, depth + field.inner);
      if (member === undefined) continue;
      if (index >= 0 && index !== field.index) throw secondMember(r, type, r.pos);
      [index, chosen] = [field.index, member];
    }
    return index < 0 ? emptyUnionOf(type, unknown) : unionOf(type, plan.fields[index]!.descriptor, chosen);
  };
}

/** A leaf's reader; of a child, one that asks its codec at each call, since that replaces its functions. */
function value(plan: ValuePlan, codecs: CodecFinder): Decode {
  if (plan.kind === 'child') {
    const child = codecs.of(plan.type);
    return (r, depth) => child.decode(r, depth);
  }
  return leaf(plan, codecs.protocol.read);
}

function leaf(plan: LeafPlan, read: ValueReader): Decode {
  switch (plan.kind) {
    case 'enum':
      return read.i32;
    case 'string':
      return r => read.string(r, plan.strict);
    case 'i64':
      return plan.as === 'bigint' ? read.i64 : r => safeInteger(r, read);
    default:
      return read[plan.kind];
  }
}

function safeInteger(r: ByteReader, read: ValueReader): number {
  const at = r.pos;
  const exact = read.i64(r);
  const number = Number(exact);
  if (!Number.isSafeInteger(number)) throw unsafeInteger(r, at, exact);
  return number;
}

/** An element has no way to be absent. */
function element(plan: ValuePlan, codecs: CodecFinder): Decode {
  const decode = value(plan, codecs);
  if (plan.kind !== 'child') return decode;
  return (r, depth) => {
    const member = decode(r, depth);
    if (member === undefined) throw mistypedElements(r, plan.type, r.pos);
    return member;
  };
}

function elements(plan: ContainerPlan & { kind: 'list' | 'set' }, codecs: CodecFinder): Decode {
  const { read } = codecs.protocol;
  const decode = element(plan.element, codecs);
  return (r, depth) => {
    if (depth > r.maxDepth) throw r.tooDeep(r.pos);
    const size = read.list(r, plan.element.wire, depth);
    if (size < 0) return undefined;
    const list = new Array<unknown>(size);
    for (let i = 0; i < size; i++) {
      read.element(r);
      list[i] = decode(r, depth + 1);
    }
    read.listEnd(r);
    return plan.kind === 'set' ? new Set(list) : list;
  };
}

function map(plan: ContainerPlan & { kind: 'map' }, codecs: CodecFinder): Decode {
  const { read } = codecs.protocol;
  const [decodeKey, member] = [element(plan.key, codecs), element(plan.value, codecs)];
  const key = (r: ByteReader, index: number, depth: number): unknown => {
    read.entry(r, index);
    const k = decodeKey(r, depth);
    read.colon(r);
    return k;
  };
  return (r, depth) => {
    if (depth > r.maxDepth) throw r.tooDeep(r.pos);
    const size = read.map(r, plan.key.wire, plan.value.wire, depth);
    if (size < 0) return undefined;
    if (plan.type.as === 'object') {
      const object = Object.create(null) as Record<string, unknown>;
      for (let i = 0; i < size; i++) {
        const k = key(r, i, depth + 1) as string;
        object[k] = member(r, depth + 1);
      }
      read.mapEnd(r);
      return object;
    }
    const entries = new Map<unknown, unknown>();
    for (let i = 0; i < size; i++) {
      const k = key(r, i, depth + 1);
      entries.set(k, member(r, depth + 1));
    }
    read.mapEnd(r);
    return entries;
  };
}
