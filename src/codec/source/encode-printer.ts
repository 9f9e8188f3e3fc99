import { classOf } from '../../values/classes.ts';
import { hasDuplicates, isOwnIdentity } from '../../values/equality.ts';
import { readField } from '../../values/fields.ts';
import { FunctionSource } from '../../values/function-source.ts';
import { isUuid } from '../../wire/uuid.ts';
import { REFUSED } from '../../wire/writer.ts';
import { countsLie, enumNumber, isFloat, isNoRecord, isPlainMap } from '../checks.ts';
import type { CodecFinder, Encode } from '../codec.ts';
import type { CodecPlan, ContainerPlan, FieldPlan, LeafPlan, RecordPlan, ValuePlan } from '../plan.ts';

/** Takes over what a call, or growing, may have changed. */
export const RELOAD = 'B = w.bytes; D = w.view;';

/**
 * Up to so many fields are written by one function. More are written in pieces of so many: text of some hundreds of
 * fields is too long to be optimised, and takes 100 to 180 ns a field where pieces take 6 (measured).
 */
const WHOLE = 40;

/**
 * Prints encoders as source: what is written when, and what is refused, which is the same in every protocol. A
 * protocol says how. In the text: w writer, v value, p position, B bytes, D view, x the value at hand; m counts
 * fields found set, u those written.
 */
export abstract class EncodePrinter {
  protected readonly source: FunctionSource = new FunctionSource();
  protected readonly codecs: CodecFinder;
  protected readonly refuse: string;

  constructor(codecs: CodecFinder) {
    this.codecs = codecs;
    this.refuse = `throw ${this.source.bind(REFUSED)};`;
  }

  print(plan: CodecPlan): Encode {
    const pieces = plan.kind === 'record' && plan.fields.length > WHOLE ? this.#pieces(plan) : undefined;
    this.source.add('return function encode(w, v, p, depth) {', `if (depth > w.maxDepth) ${this.refuse}`);
    this.source.add('let B = w.bytes, D = w.view, q = 0;');
    if (plan.kind === 'record') this.#record(plan, pieces);
    else if (plan.kind === 'value') this.#value(plan.value);
    else if (plan.kind === 'map') this.#map(plan);
    else this.#elements(plan);
    this.source.add('};');
    return this.source.make<Encode>();
  }

  /** Bytes that a leaf takes at the most; 0 for what makes its own room. */
  protected abstract room(value: ValuePlan): number;
  /** Bytes that a field's header takes at the most, and what of its value has no room of its own. */
  protected abstract fieldRoom(value: ValuePlan): number;
  /** Declares what writing fields needs to remember; `last` is the id of the field before. */
  protected abstract beginFields(last: string): void;
  /** Leaves in `s` what the next piece needs to know. */
  protected abstract endFields(): void;
  /**
   * Writes header and value of a field, `x`, which is checked, and moves `p`. There is room for `fieldRoom`. A text makes
   * sure of `behind` bytes behind it, beside its own.
   */
  protected abstract field(field: FieldPlan, behind: number): void;
  /** Writes a leaf, `x`, which is checked, and moves `p`. There is room for it. `behind` as for a field. */
  protected abstract leaf(value: LeafPlan, behind: number): void;
  /** Writes the head of `n` elements, and makes room for it and for `n * fixed` bytes. */
  protected abstract listHead(element: ValuePlan, fixed: number): void;
  protected abstract mapHead(key: ValuePlan, value: ValuePlan, fixed: number): void;

  protected reserve(bytes: number | string): void {
    if (bytes === 0) return;
    this.source.add(`if (p + ${bytes} > w.size) { w.grow(p, ${bytes}); ${RELOAD} }`);
  }

  /** Writes a value that has a codec of its own, at `at`. `inner`: how much deeper than its holder it lies. */
  protected child(value: ValuePlan & { kind: 'child' }, at: string, inner: number): void {
    const child = this.source.bind(this.codecs.of(value.type));
    this.source.add(`p = ${child}.encode(w, x, ${at}, depth + ${inner}); ${RELOAD}`);
  }

  #record(plan: RecordPlan, pieces: readonly string[] | undefined): void {
    const isTuple = plan.form === 'tuple';
    const isUnion = plan.form === 'union';
    if (!isTuple) this.source.add(`if (typeof v !== "object" || v === null) ${this.refuse}`);
    this.source.add('let m = 0, u = 0;');
    this.beginFields('0');
    if (pieces === undefined) this.#fields(plan, plan.fields, 1);
    else {
      this.source.add(
        'const s = { m, u, l: 0 };',
        ...pieces.map(piece => `p = ${piece}(w, v, p, depth, s);`),
      );
      this.source.add('m = s.m; u = s.u;', RELOAD);
      this.reserve(1);
    }
    if (isUnion) this.source.add(`if (u !== 1) ${this.refuse}`);
    if (!isTuple) {
      const isNone = this.source.bind(isNoRecord);
      const of = `${this.source.bind(plan)}, ${this.source.bind(classOf(plan.type!))}`;
      this.source.add('let k = 0;', 'for (const _ in v) k++;');
      const doubtful = countsLie(plan) ? 'true' : '(k !== m || k === 0)';
      this.source.add(`if (${doubtful} && ${isNone}(${of}, v, k, m)) ${this.refuse}`);
    }
    this.source.add('B[p] = 0;', 'return p + 1;');
  }

  /** Prints a function for each so many fields; s is what they leave to each other. */
  #pieces(plan: RecordPlan): readonly string[] {
    const names: string[] = [];
    for (let at = 0; at < plan.fields.length; at += WHOLE) {
      const name = `piece${names.length}`;
      names.push(name);
      this.source.add(`function ${name}(w, v, p, depth, s) {`);
      this.source.add('let B = w.bytes, D = w.view, q = 0, m = s.m, u = s.u;');
      this.beginFields('s.l');
      this.#fields(plan, plan.fields.slice(at, at + WHOLE), 0);
      this.endFields();
      this.source.add('s.m = m; s.u = u;', 'return p;', '}');
    }
    return names;
  }

  /**
   * Makes room for each run of fields of fixed size at once, and for `more` bytes at the end. Texts make that of the run
   * behind them: measured, a struct of 24 texts takes 0.9 times the time.
   */
  #fields(plan: RecordPlan, fields: readonly FieldPlan[], more: number): void {
    let reserved = false;
    fields.forEach((field, index) => {
      if (!reserved) this.reserve(this.#runSize(fields, index, more));
      const isText = field.value.kind === 'string';
      this.#fieldIfSet(plan, field, isText ? this.#runSize(fields, index + 1, more) : 0);
      reserved = isText || this.#isFixed(field.value);
    });
    if (!reserved) this.reserve(more);
  }

  #fieldIfSet(plan: RecordPlan, field: FieldPlan, behind: number): void {
    const add = (...lines: string[]) => this.source.add(...lines);
    add('{', `let x = ${this.#read(plan, field)};`);
    if (plan.form !== 'tuple') add('if (x !== undefined) m++;');
    if (field.initial !== undefined) add(`if (x === undefined) x = ${this.source.bind(field.initial())};`);
    add('if (x !== undefined && x !== null) {');
    if (field.value.kind !== 'child') this.#check(field.value);
    this.field(field, behind);
    if (plan.form === 'union') add('u++;');
    if (field.required) add(`} else ${this.refuse}`);
    else if (behind === 0) add('}');
    else {
      add('} else');
      this.reserve(behind);
    }
    add('}');
  }

  /** The expression that reads a field of `v`. */
  #read(plan: RecordPlan, field: FieldPlan): string {
    if (plan.form === 'tuple') return `v[${field.index}]`;
    const name = JSON.stringify(field.name);
    if (field.access === 'named') return `v[${name}]`;
    if (field.access === 'own')
      return `(${this.source.bind(Object.hasOwn)}(v, ${name}) ? v[${name}] : undefined)`;
    const [read, type] = [this.source.bind(readField), this.source.bind(plan.type)];
    return `${read}(${type}, v, ${this.source.bind(field.descriptor)})`;
  }

  #value(plan: LeafPlan): void {
    this.source.add('let x = v;');
    this.#check(plan);
    this.reserve(this.room(plan));
    this.leaf(plan, 0);
    this.source.add('return p;');
  }

  #elements(plan: ContainerPlan & { kind: 'list' | 'set' }): void {
    const { element } = plan;
    if (plan.kind === 'list') this.source.add(`if (!Array.isArray(v)) ${this.refuse}`, 'const n = v.length;');
    else {
      const duplicates = this.source.bind(hasDuplicates);
      this.source.add(`const n = Array.isArray(v) ? v.length : v instanceof Set ? v.size : -1;`);
      this.source.add(
        `if (n < 0 || ${duplicates}(${this.source.bind(plan.type.element)}, v)) ${this.refuse}`,
      );
    }
    const fixed = this.#isFixed(element) ? this.room(element) : 0;
    this.listHead(element, fixed);
    const isText = element.kind === 'string';
    if (isText) this.reserve(this.room(element));
    // The count is on the wire: elements that a getter adds or drops on the way are refused.
    if (plan.kind === 'list') this.source.add('for (let i = 0; i < n; i++) {', 'let x = v[i];');
    else this.source.add('let i = 0;', 'for (let x of v) {', `if (i++ === n) ${this.refuse}`);
    // The next one's room is made by each.
    this.#element(element, isText || fixed > 0, isText ? this.room(element) : 0);
    this.source.add('}');
    this.source.add(
      plan.kind === 'list' ? `if (v.length !== n) ${this.refuse}` : `if (i !== n) ${this.refuse}`,
      'return p;',
    );
  }

  #map(plan: ContainerPlan & { kind: 'map' }): void {
    const { key, value } = plan;
    const takesObject = key.kind === 'string';
    this.source.add('let e, n;', 'if (v instanceof Map) {', 'e = v; n = v.size;');
    if (!isOwnIdentity(plan.type.key)) {
      const duplicates = `${this.source.bind(hasDuplicates)}(${this.source.bind(plan.type.key)}, new Set(v.keys()))`;
      this.source.add(`if (${duplicates}) ${this.refuse}`);
    }
    this.source.add('}');
    if (takesObject) {
      this.source.add(
        `else if (${this.source.bind(isPlainMap)}(v)) { e = Object.entries(v); n = e.length; }`,
      );
    }
    this.source.add(`else ${this.refuse}`);
    const fixed = this.#isFixed(key) && this.#isFixed(value) ? this.room(key) + this.room(value) : 0;
    this.mapHead(key, value, fixed);
    this.source.add('let i = 0;', 'for (const y of e) {', `if (i++ === n) ${this.refuse}`);
    const behind = key.kind === 'string' && value.kind !== 'child' ? this.room(value) : 0;
    this.source.add('{', 'let x = y[0];');
    this.#element(key, fixed > 0, behind);
    this.source.add('}', '{', 'let x = y[1];');
    this.#element(value, fixed > 0 || behind > 0, 0);
    this.source.add('}', '}', `if (i !== n) ${this.refuse}`, 'return p;');
  }

  /** Writes `x`, for which there may be room already; a text makes sure of `behind` bytes behind it. */
  #element(value: ValuePlan, hasRoom: boolean, behind: number): void {
    if (value.kind === 'child') return this.child(value, 'p', 1);
    this.#check(value);
    if (!hasRoom) this.reserve(this.room(value));
    this.leaf(value, behind);
  }

  /** Refuses an `x` that is not of the type; the name of an enum's member becomes its number. */
  #check(value: LeafPlan): void {
    const add = (condition: string) => this.source.add(`if (${condition}) ${this.refuse}`);
    switch (value.kind) {
      case 'bool':
        return add('typeof x !== "boolean"');
      case 'i8':
        return add('typeof x !== "number" || x !== x << 24 >> 24');
      case 'i16':
        return add('typeof x !== "number" || x !== x << 16 >> 16');
      case 'enum': {
        const number = `${this.source.bind(enumNumber)}(${this.source.bind(value.type)}, x)`;
        this.source.add(`if (typeof x === "string") x = ${number};`);
        return add('typeof x !== "number" || x !== (x | 0)');
      }
      case 'i32':
        return add('typeof x !== "number" || x !== (x | 0)');
      case 'i64':
        return add('typeof x === "bigint" ? BigInt.asIntN(64, x) !== x : !Number.isSafeInteger(x)');
      case 'float':
        return add(`!${this.source.bind(isFloat)}(x)`);
      case 'double':
        return add('typeof x !== "number"');
      case 'uuid':
        return add(`!${this.source.bind(isUuid)}(x)`);
      case 'string':
        return add('typeof x !== "string"');
      case 'binary':
        return add('!(x instanceof Uint8Array)');
    }
  }

  #isFixed(value: ValuePlan): boolean {
    return value.kind !== 'child' && value.kind !== 'string' && value.kind !== 'binary';
  }

  /** Room for the fields from `index` on up to, and with the head of, the first of no fixed size, or for `more`. */
  #runSize(fields: readonly FieldPlan[], index: number, more: number): number {
    let size = 0;
    for (const { value } of fields.slice(index)) {
      size += this.fieldRoom(value);
      if (!this.#isFixed(value)) return size;
    }
    return size + more;
  }
}
