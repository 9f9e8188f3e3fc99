import { fixedSizes } from '../../protocol/binary-sizes.ts';
import { fieldDepth } from '../../protocol/types.ts';
import { classOf } from '../../values/classes.ts';
import { hasDuplicates, isOwnIdentity } from '../../values/equality.ts';
import { readField } from '../../values/fields.ts';
import { writeText } from '../../wire/text.ts';
import { writeUuid } from '../../wire/uuid.ts';
import { REFUSED } from '../../wire/writer.ts';
import { enumNumber, isFloat, isNoRecord, isPlainMap } from '../checks.ts';
import type { CodecFinder, Encode } from '../codec.ts';
import type { CodecPlan, ContainerPlan, FieldPlan, LeafPlan, RecordPlan, ValuePlan } from '../plan.ts';
import { FunctionSource } from './function-source.ts';

/** An encoder for the binary protocol as generated source. In its text: w writer, v value, p position, B bytes, D view. */
export function sourceEncoder(plan: CodecPlan, codecs: CodecFinder): Encode {
  const printer = new EncodePrinter(codecs);
  switch (plan.kind) {
    case 'record':
      return printer.record(plan);
    case 'value':
      return printer.value(plan.value);
    default:
      return printer.container(plan);
  }
}

const RELOAD = 'B = w.bytes; D = w.view;';

class EncodePrinter {
  readonly #source = new FunctionSource();
  readonly #codecs: CodecFinder;
  readonly #refuse: string;

  constructor(codecs: CodecFinder) {
    this.#codecs = codecs;
    this.#refuse = `throw ${this.#source.bind(REFUSED)};`;
  }

  record(plan: RecordPlan): Encode {
    const isTuple = plan.form === 'tuple';
    const isUnion = plan.form === 'union';
    this.#open();
    if (!isTuple) this.#source.add(`if (typeof v !== "object" || v === null) ${this.#refuse}`);
    // m: fields found set; u: union members written.
    this.#source.add(isTuple ? '' : 'let m = 0;', isUnion ? 'let u = 0;' : '');
    let reserved = false;
    plan.fields.forEach((field, index) => {
      if (!reserved) this.#reserve(runSize(plan.fields, index));
      this.#field(plan, field);
      reserved = isFixed(field.value);
    });
    if (!reserved) this.#reserve(1);
    if (isUnion) this.#source.add(`if (u !== 1) ${this.#refuse}`);
    if (!isTuple) {
      const isNone = this.#source.bind(isNoRecord);
      const of = `${this.#source.bind(plan)}, ${this.#source.bind(classOf(plan.type!))}`;
      this.#source.add('let k = 0;', 'for (const _ in v) k++;');
      this.#source.add(`if ((k !== m || k === 0) && ${isNone}(${of}, v, k, m)) ${this.#refuse}`);
    }
    this.#source.add('B[p] = 0;', 'return p + 1;');
    return this.#close();
  }

  value(plan: LeafPlan): Encode {
    this.#open();
    this.#source.add('let x = v;');
    this.#reserve(leafSize(plan));
    this.#leaf(plan, 'p');
    this.#source.add('return p;');
    return this.#close();
  }

  container(plan: ContainerPlan): Encode {
    this.#open();
    if (plan.kind === 'map') this.#map(plan);
    else this.#elements(plan);
    this.#source.add('return p;');
    return this.#close();
  }

  #open(): void {
    this.#source.add('return function encode(w, v, p, depth) {', `if (depth > w.maxDepth) ${this.#refuse}`);
    this.#source.add('let B = w.bytes, D = w.view, q = 0;');
  }

  #close(): Encode {
    this.#source.add('};');
    return this.#source.make<Encode>();
  }

  #reserve(bytes: number | string): void {
    if (bytes === 0) return;
    this.#source.add(`if (p + ${bytes} > w.size) { w.grow(p, ${bytes}); ${RELOAD} }`);
  }

  #field(plan: RecordPlan, field: FieldPlan): void {
    const add = (...lines: string[]) => this.#source.add(...lines);
    add('{', `let x = ${this.#read(plan, field)};`);
    if (plan.form !== 'tuple') add('if (x !== undefined) m++;');
    if (field.initial !== undefined) add(`if (x === undefined) x = ${this.#source.bind(field.initial())};`);
    add('if (x !== undefined && x !== null) {');
    // Type and id as one store; its fourth byte is overwritten by what follows.
    add(`D.setInt32(p, ${((field.value.wire << 24) | ((field.id & 0xffff) << 8)) >> 0});`);
    this.#valueAt(field.value, 3, fieldDepth(field.value.wire, 0));
    if (plan.form === 'union') add('u++;');
    add(field.required ? `} else ${this.#refuse}` : '}', '}');
  }

  /** The expression that reads a field of `v`. */
  #read(plan: RecordPlan, field: FieldPlan): string {
    if (plan.form === 'tuple') return `v[${field.index}]`;
    const name = JSON.stringify(field.name);
    if (field.access === 'named') return `v[${name}]`;
    if (field.access === 'own')
      return `(${this.#source.bind(Object.hasOwn)}(v, ${name}) ? v[${name}] : undefined)`;
    const [read, type] = [this.#source.bind(readField), this.#source.bind(plan.type)];
    return `${read}(${type}, v, ${this.#source.bind(field.descriptor)})`;
  }

  /**
   * Writes `x` at `p + offset` and moves `p` behind it. What is fixed in it has room already. `inner`: how much
   * deeper than its holder it lies.
   */
  #valueAt(value: ValuePlan, offset: number, inner: number): void {
    const at = offset === 0 ? 'p' : `p + ${offset}`;
    if (value.kind === 'child') {
      const child = this.#source.bind(this.#codecs.of(value.type));
      this.#source.add(`p = ${child}.encode(w, x, ${at}, depth + ${inner}); ${RELOAD}`);
    } else this.#leaf(value, at);
  }

  #leaf(value: LeafPlan, at: string): void {
    const add = (...lines: string[]) => this.#source.add(...lines);
    const bind = (bound: unknown) => this.#source.bind(bound);
    const refuse = this.#refuse;
    const move = (size: number) => add(`p = ${at} + ${size};`);
    switch (value.kind) {
      case 'bool':
        add(`if (typeof x !== "boolean") ${refuse}`, `B[${at}] = x ? 1 : 0;`);
        return move(1);
      case 'i8':
        add(`if (typeof x !== "number" || x !== x << 24 >> 24) ${refuse}`, `D.setInt8(${at}, x);`);
        return move(1);
      case 'i16':
        add(`if (typeof x !== "number" || x !== x << 16 >> 16) ${refuse}`, `D.setInt16(${at}, x);`);
        return move(2);
      case 'enum':
        add(`if (typeof x === "string") x = ${bind(enumNumber)}(${bind(value.type)}, x);`);
        add(`if (typeof x !== "number" || x !== (x | 0)) ${refuse}`, `D.setInt32(${at}, x);`);
        return move(4);
      case 'i32':
        add(`if (typeof x !== "number" || x !== (x | 0)) ${refuse}`, `D.setInt32(${at}, x);`);
        return move(4);
      case 'i64':
        add(
          `if (typeof x === "bigint") { if (BigInt.asIntN(64, x) !== x) ${refuse} D.setBigInt64(${at}, x); }`,
        );
        add(`else if (Number.isSafeInteger(x)) {`);
        add(`D.setInt32(${at}, Math.floor(x / 4294967296)); D.setInt32(${at} + 4, x | 0); } else ${refuse}`);
        return move(8);
      case 'float':
        add(`if (!${bind(isFloat)}(x)) ${refuse}`, `D.setFloat32(${at}, x);`);
        return move(4);
      case 'double':
        add(`if (typeof x !== "number") ${refuse}`, `D.setFloat64(${at}, x);`);
        return move(8);
      case 'uuid':
        return add(`p = ${bind(writeUuid)}(w, ${at}, x);`);
      case 'string':
        add(`if (typeof x !== "string") ${refuse}`);
        add(`q = ${bind(writeText)}(w, ${at} + 4, x, 0); ${RELOAD}`);
        return add(`D.setInt32(${at}, q - (${at}) - 4); p = q;`);
      case 'binary':
        add(`if (!(x instanceof Uint8Array)) ${refuse}`);
        return add(`p = ${bind(this.#codecs.protocol.write.binary)}(w, ${at}, x); ${RELOAD}`);
    }
  }

  #elements(plan: ContainerPlan & { kind: 'list' | 'set' }): void {
    const { element } = plan;
    if (plan.kind === 'list')
      this.#source.add(`if (!Array.isArray(v)) ${this.#refuse}`, 'const n = v.length;');
    else {
      const duplicates = this.#source.bind(hasDuplicates);
      this.#source.add(`const n = Array.isArray(v) ? v.length : v instanceof Set ? v.size : -1;`);
      this.#source.add(
        `if (n < 0 || ${duplicates}(${this.#source.bind(plan.type.element)}, v)) ${this.#refuse}`,
      );
    }
    const fixed = isFixed(element) ? leafSize(element as LeafPlan) : 0;
    this.#reserve(`5 + n * ${fixed}`);
    this.#source.add(`B[p] = ${element.wire}; D.setInt32(p + 1, n); p += 5;`);
    // The count is on the wire: elements that a getter adds or drops on the way are refused.
    if (plan.kind === 'list') this.#source.add('for (let i = 0; i < n; i++) {', 'let x = v[i];');
    else this.#source.add('let i = 0;', 'for (let x of v) {', `if (i++ === n) ${this.#refuse}`);
    if (fixed === 0) this.#reserve(headSize(element));
    this.#valueAt(element, 0, 1);
    this.#source.add('}');
    this.#source.add(
      plan.kind === 'list' ? `if (v.length !== n) ${this.#refuse}` : `if (i !== n) ${this.#refuse}`,
    );
  }

  #map(plan: ContainerPlan & { kind: 'map' }): void {
    const { key, value } = plan;
    const takesObject = key.kind === 'string';
    this.#source.add('let e, n;', 'if (v instanceof Map) {', 'e = v; n = v.size;');
    if (!isOwnIdentity(plan.type.key)) {
      const duplicates = `${this.#source.bind(hasDuplicates)}(${this.#source.bind(plan.type.key)}, new Set(v.keys()))`;
      this.#source.add(`if (${duplicates}) ${this.#refuse}`);
    }
    this.#source.add('}');
    if (takesObject) {
      this.#source.add(
        `else if (${this.#source.bind(isPlainMap)}(v)) { e = Object.entries(v); n = e.length; }`,
      );
    }
    this.#source.add(`else ${this.#refuse}`);
    const fixed =
      isFixed(key) && isFixed(value) ? leafSize(key as LeafPlan) + leafSize(value as LeafPlan) : 0;
    this.#reserve(`6 + n * ${fixed}`);
    this.#source.add(`B[p] = ${key.wire}; B[p + 1] = ${value.wire}; D.setInt32(p + 2, n); p += 6;`);
    this.#source.add('let i = 0;', 'for (const y of e) {', `if (i++ === n) ${this.#refuse}`);
    for (const [part, index] of [
      [key, 0],
      [value, 1],
    ] as const) {
      this.#source.add('{', `let x = y[${index}];`);
      if (fixed === 0) this.#reserve(headSize(part));
      this.#valueAt(part, 0, 1);
      this.#source.add('}');
    }
    this.#source.add('}', `if (i !== n) ${this.#refuse}`);
  }
}

function isFixed(value: ValuePlan): boolean {
  return value.kind !== 'child' && value.kind !== 'string' && value.kind !== 'binary';
}

/** Bytes of a leaf; of one without a fixed size, those of its length. */
function leafSize(value: LeafPlan): number {
  return fixedSizes[value.wire]! || 4;
}

/** Bytes that code in the holder writes of a value; what is behind makes its own room. */
function headSize(value: ValuePlan): number {
  return value.kind === 'child' ? 0 : leafSize(value);
}

/** Room for the fields from `index` on up to, and with the head of, the first of no fixed size, or the stop byte. */
function runSize(fields: readonly FieldPlan[], index: number): number {
  let size = 0;
  for (const { value } of fields.slice(index)) {
    // At least 4: the header is stored as one 4-byte word.
    size += 3 + Math.max(1, headSize(value));
    if (!isFixed(value)) return size;
  }
  return size + 1;
}
