import { fieldDepth } from '../../protocol/types.ts';
import { classOf } from '../../values/classes.ts';
import { setOwn } from '../../values/fields.ts';
import { emptyUnionOf, exceptionOf, unionOf } from '../../values/instances.ts';
import type { CodecFinder, Decode } from '../codec.ts';
import { missingField, mistypedElements, secondMember } from '../complaints.ts';
import type { CodecPlan, ContainerPlan, FieldPlan, LeafPlan, RecordPlan, ValuePlan } from '../plan.ts';
import { FunctionSource } from './function-source.ts';

/**
 * Fields are first expected in their declared order, each by one comparison of its whole header (measured:
 * 1.15 times as fast as a loop with a switch). Beyond so many fields the text would be too long to be optimised.
 */
export const CHAIN = 40;

/**
 * Prints decoders as source: what becomes of fields and elements, which is the same in every protocol. A protocol
 * says how they look. In the text: r reader, p position, B bytes, D view, E end, f0 f1 ... the fields, x a value.
 */
export abstract class DecodePrinter {
  protected readonly source: FunctionSource = new FunctionSource();
  protected readonly codecs: CodecFinder;

  constructor(codecs: CodecFinder) {
    this.codecs = codecs;
  }

  print(plan: CodecPlan): Decode {
    this.source.add('return function decode(r, depth) {', 'if (depth > r.maxDepth) throw r.tooDeep(r.pos);');
    if (plan.kind === 'record') this.#record(plan);
    else if (plan.kind === 'value') this.#leafAlone(plan.value);
    else this.#container(plan);
    this.source.add('};');
    return this.source.make<Decode>();
  }

  /** Reads the fields of a struct with `readField`, in whatever order they come, skips others, and its stop. */
  protected abstract fields(plan: RecordPlan): void;
  /** Reads a leaf at `p` into `target` and moves `p`. `check`: whether the bytes are there is not known yet. */
  protected abstract leaf(value: LeafPlan, target: string, check: boolean): void;

  /** What announces a field: type and id. */
  protected header(field: FieldPlan): number {
    return (field.value.wire << 16) | (field.id & 0xffff);
  }

  /** Takes the value of a field, behind its header; `read` reads a leaf other than by `leaf`. */
  protected fieldValue(
    plan: RecordPlan,
    field: FieldPlan,
    check: boolean,
    read?: (target: string) => void,
  ): void {
    const inner = fieldDepth(field.value.wire, 0);
    const value = (target: string) => {
      if (read !== undefined) read(target);
      else this.#value(field.value, target, check, inner);
    };
    if (plan.form === 'union') {
      value('x');
      const second = `throw ${this.source.bind(secondMember)}(r, ${this.source.bind(plan.type)}, p);`;
      this.source.add(
        `if (x !== undefined) { if (k >= 0 && k !== ${field.index}) ${second} k = ${field.index}; f = x; }`,
      );
    } else if (field.value.kind === 'child') {
      // Absent where the elements are of other types than declared.
      value('x');
      this.source.add(`if (x !== undefined) f${field.index} = x;`);
    } else value(`f${field.index}`);
  }

  #record(plan: RecordPlan): void {
    const { fields } = plan;
    this.source.add('const B = r.bytes, D = r.view, E = r.end;', 'let p = r.pos, x;');
    if (plan.form === 'union') this.source.add('let k = -1, f, id;');
    else for (const field of fields) this.source.add(`let f${field.index} = ${this.#initial(field)};`);
    this.fields(plan);
    this.source.add('r.pos = p;');
    const missing = this.source.bind(missingField);
    for (const field of fields.filter(({ required, initial }) => required && initial === undefined)) {
      this.source.add(
        `if (f${field.index} === undefined) throw ${missing}(r, ${this.source.bind(field.descriptor)});`,
      );
    }
    this.#result(plan);
  }

  #leafAlone(plan: LeafPlan): void {
    this.source.add('const B = r.bytes, D = r.view, E = r.end;', 'let p = r.pos, x;');
    this.leaf(plan, 'x', true);
    this.source.add('r.pos = p;', 'return x;');
  }

  #container(plan: ContainerPlan): void {
    const { read } = this.codecs.protocol;
    const head =
      plan.kind === 'map'
        ? `${this.source.bind(read.map)}(r, ${plan.key.wire}, ${plan.value.wire}, depth)`
        : `${this.source.bind(read.list)}(r, ${plan.element.wire}, depth)`;
    this.source.add(`const n = ${head};`, 'if (n < 0) return undefined;');
    this.source.add('const B = r.bytes, D = r.view, E = r.end;', 'let p = r.pos, x, y;');
    if (plan.kind === 'list') this.source.add('const out = new Array(n);');
    else if (plan.kind === 'set') this.source.add('const out = new Set();');
    else
      this.source.add(
        plan.type.as === 'object' ? 'const out = Object.create(null);' : 'const out = new Map();',
      );
    this.source.add('for (let i = 0; i < n; i++) {');
    if (plan.kind === 'map') {
      // Sizes were checked for the least that a pair takes: either part may still run past the end.
      this.#element(plan.key, 'y', true);
      this.#element(plan.value, 'x', true);
      this.source.add(plan.type.as === 'object' ? 'out[y] = x;' : 'out.set(y, x);');
    } else {
      this.#element(plan.element, 'x', false);
      this.source.add(plan.kind === 'list' ? 'out[i] = x;' : 'out.add(x);');
    }
    this.source.add('}', 'r.pos = p;', 'return out;');
  }

  /** The value of a field that does not come. */
  #initial(field: FieldPlan): string {
    if (field.initial === undefined) return 'undefined';
    return field.shareable ? this.source.bind(field.initial()) : 'undefined';
  }

  /** `inner`: how much deeper than its holder the value lies. */
  #value(value: ValuePlan, target: string, check: boolean, inner: number): void {
    if (value.kind === 'child') {
      const child = this.source.bind(this.codecs.of(value.type));
      this.source.add(`r.pos = p; ${target} = ${child}.decode(r, depth + ${inner}); p = r.pos;`);
    } else this.leaf(value, target, check);
  }

  #element(value: ValuePlan, target: string, check: boolean): void {
    this.#value(value, target, check, 1);
    if (value.kind === 'child' && value.type.kind !== 'struct') {
      const mistyped = this.source.bind(mistypedElements);
      this.source.add(
        `if (${target} === undefined) throw ${mistyped}(r, ${this.source.bind(value.type)}, p);`,
      );
    }
  }

  #result(plan: RecordPlan): void {
    const { fields, type } = plan;
    for (const field of fields) {
      if (plan.form !== 'union' && field.initial !== undefined && !field.shareable) {
        this.source.add(
          `if (f${field.index} === undefined) f${field.index} = ${this.source.bind(field.initial)}();`,
        );
      }
    }
    const values = fields.map(field => `f${field.index}`).join(', ');
    const bound = this.source.bind(type);
    switch (plan.form) {
      case 'tuple':
        return this.source.add(`return [${values}];`);
      case 'struct':
        return this.source.add(`return new ${this.source.bind(rawConstructor(plan))}(${values});`);
      case 'exception':
        return this.source.add(`return ${this.source.bind(exceptionOf)}(${bound}, [${values}]);`);
      case 'union': {
        const members = this.source.bind(fields.map(field => field.descriptor));
        this.source.add(`if (k < 0) return ${this.source.bind(emptyUnionOf)}(${bound}, id);`);
        return this.source.add(`return ${this.source.bind(unionOf)}(${bound}, ${members}[k], f);`);
      }
    }
  }
}

/** Makes instances of a struct's class from its fields' values, with all of them in one hidden class. */
function rawConstructor(plan: RecordPlan): new (...values: unknown[]) => object {
  const source = new FunctionSource();
  const parameters = plan.fields.map(field => `f${field.index}`).join(', ');
  source.add(`function Raw(${parameters}) {`);
  for (const field of plan.fields) {
    const name = JSON.stringify(field.name);
    if (field.name === '__proto__') source.add(`${source.bind(setOwn)}(this, ${name}, f${field.index});`);
    else source.add(`this[${name}] = f${field.index};`);
  }
  source.add('}', `Raw.prototype = ${source.bind(classOf(plan.type!).prototype)};`, 'return Raw;');
  return source.make<new (...values: unknown[]) => object>();
}
