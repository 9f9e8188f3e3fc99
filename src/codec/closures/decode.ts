import type { ValueReader } from '../../protocol/protocol.ts';
import { fieldDepth } from '../../protocol/types.ts';
import { classOf } from '../../values/classes.ts';
import { emptyUnionOf, exceptionOf, unionOf } from '../../values/instances.ts';
import { makerOf } from '../../values/maker.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { CodecFinder, Decode } from '../codec.ts';
import { missingField, secondMember } from '../complaints.ts';
import type { CodecPlan, ContainerPlan, FieldPlan, LeafPlan, RecordPlan } from '../plan.ts';
import { decodeElement, decodeElements, decodeValue, ValueDecoding } from './decode-value.ts';

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

/** A field, and the way to the one behind it. */
class FieldDecoding extends ValueDecoding {
  readonly header: number;
  readonly index: number;
  /** How much deeper than its holder it lies. */
  readonly inner: number;
  readonly next: FieldDecoding | undefined;

  constructor(field: FieldPlan, codecs: CodecFinder, next?: FieldDecoding) {
    super(field.value, codecs);
    this.header = (field.value.wire << 16) | (field.id & 0xffff);
    this.index = field.index;
    this.inner = fieldDepth(field.value.wire, 0);
    this.next = next;
  }
}

/** A record's fields: the first, and all by their headers. */
function fieldsOf(
  plan: RecordPlan,
  codecs: CodecFinder,
): readonly [FieldDecoding | undefined, ReadonlyMap<number, FieldDecoding>] {
  let first: FieldDecoding | undefined;
  const known = new Map<number, FieldDecoding>();
  for (const field of plan.fields.toReversed()) {
    first = new FieldDecoding(field, codecs, first);
    known.set(first.header, first);
  }
  return [first, known];
}

function decodeField(read: ValueReader, field: FieldDecoding, r: ByteReader, depth: number): unknown {
  return field.kind === 'bool' ? read.boolField(r) : decodeValue(read, field, r, depth + field.inner);
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
  const [first, known] = fieldsOf(plan, codecs);
  const count = plan.fields.length;
  const completed = plan.fields.filter(({ initial, required }) => initial !== undefined || required);
  const { type } = plan;
  const Struct = type?.kind === 'struct' ? makerOf(type, classOf(type).prototype) : undefined;
  return (r, depth) => {
    if (depth > r.maxDepth) throw r.tooDeep(r.pos);
    const values = new Array<unknown>(count);
    // Not by `fill`, which is a call into C++: a twelfth of the time that the bench's Medium took.
    for (let i = 0; i < count; i++) values[i] = undefined;
    let expected = first;
    for (let header = firstField(read, r); header !== 0; header = nextField(read, r, header)) {
      // Most come in their declared order, and are found without looking them up.
      let field = expected;
      if (field === undefined || field.header !== header) field = known.get(header);
      if (field === undefined) skipField(r, header >>> 16, fieldDepth(header >>> 16, depth));
      else {
        expected = field.next;
        const member = decodeField(read, field, r, depth);
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
  const [, fields] = fieldsOf(plan, codecs);
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
      const member = decodeField(read, field, r, depth);
      if (member === undefined) continue;
      if (index >= 0 && index !== field.index) throw secondMember(r, type, r.pos);
      [index, chosen] = [field.index, member];
    }
    return index < 0 ? emptyUnionOf(type, unknown) : unionOf(type, plan.fields[index]!.descriptor, chosen);
  };
}

/** An element has no way to be absent. */
function value(plan: LeafPlan, codecs: CodecFinder): Decode {
  const { read } = codecs.protocol;
  const leaf = new ValueDecoding(plan, codecs);
  return (r, depth) => decodeValue(read, leaf, r, depth);
}

function elements(plan: ContainerPlan & { kind: 'list' | 'set' }, codecs: CodecFinder): Decode {
  const { read } = codecs.protocol;
  const element = new ValueDecoding(plan.element, codecs);
  return (r, depth) => {
    if (depth > r.maxDepth) throw r.tooDeep(r.pos);
    const size = read.list(r, plan.element.wire, depth);
    if (size < 0) return undefined;
    const list = decodeElements(read, element, r, size, depth + 1);
    read.listEnd(r);
    return plan.kind === 'set' ? new Set(list) : list;
  };
}

function map(plan: ContainerPlan & { kind: 'map' }, codecs: CodecFinder): Decode {
  const { read } = codecs.protocol;
  const [keys, values] = [new ValueDecoding(plan.key, codecs), new ValueDecoding(plan.value, codecs)];
  const key = (r: ByteReader, index: number, depth: number): unknown => {
    read.entry(r, index);
    const k = decodeElement(read, keys, r, depth);
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
        object[k] = decodeElement(read, values, r, depth + 1);
      }
      read.mapEnd(r);
      return object;
    }
    const entries = new Map<unknown, unknown>();
    for (let i = 0; i < size; i++) {
      const k = key(r, i, depth + 1);
      entries.set(k, decodeElement(read, values, r, depth + 1));
    }
    read.mapEnd(r);
    return entries;
  };
}
