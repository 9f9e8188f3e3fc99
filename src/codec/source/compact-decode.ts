import { compactTypeOf } from '../../protocol/compact-types.ts';
import { wireType } from '../../protocol/types.ts';
import { readZigzag, readZigzag16, readZigzag64, readZigzagNumber } from '../../protocol/varint.ts';
import { readUuid } from '../../wire/uuid.ts';
import { unsafeInteger } from '../complaints.ts';
import type { FieldPlan, LeafPlan, RecordPlan } from '../plan.ts';
import { DecodePrinter } from './decode-printer.ts';

/** How the compact protocol reads. In the text beside the others: l the id of the field before, h a header. */
export class CompactDecodePrinter extends DecodePrinter {
  protected beginFields(): void {
    this.source.add('let l = h << 16 >> 16;');
  }

  protected chain(plan: RecordPlan): void {
    // Only ids above the one before fit into the one byte that is looked at.
    for (const field of plan.fields.filter(({ id }) => id > 0)) {
      const short = `(${field.id} - l << 4)`;
      if (field.value.kind === 'bool') {
        this.source.add('x = p < E ? B[p] : 0;', `if (x === (${short} | 1) || x === (${short} | 2)) {`);
        this.source.add('const is = (x & 15) === 1;', `p += 1; l = ${field.id};`);
        this.fieldValue(plan, field, true, target => this.source.add(`${target} = is;`));
      } else {
        const type = compactTypeOf(field.value.wire);
        if (type === undefined) continue;
        this.source.add(`if (p < E && B[p] === (${short} | ${type})) {`, `p += 1; l = ${field.id};`);
        this.fieldValue(plan, field, true);
      }
      this.source.add('}');
    }
    this.source.add('if (p < E && B[p] === 0) { p++; break read; }');
  }

  protected nextHeader(): void {
    const read = this.source.bind(this.codecs.protocol.read.field);
    this.source.add(`r.pos = p; h = ${read}(r, l); p = r.pos;`);
  }

  protected announced(plan: RecordPlan, field: FieldPlan): void {
    this.source.add(`l = ${field.id};`);
    const flag = (target: string) => this.source.add(`${target} = r.flag;`);
    this.fieldValue(plan, field, true, field.value.kind === 'bool' ? flag : undefined);
  }

  protected expect(field: FieldPlan, last: FieldPlan): void {
    const delta = field.id - last.id;
    const type = compactTypeOf(field.value.wire);
    // What is not in one byte, comes through the switch.
    if (delta < 1 || delta > 15 || type === undefined) return this.source.add('break;');
    const isBool = field.value.kind === 'bool';
    const look = isBool
      ? `B[p] !== ${(delta << 4) | 1} && B[p] !== ${(delta << 4) | 2}`
      : `B[p] !== ${(delta << 4) | type}`;
    this.source.add(`if (p >= E || ${look}) break;`);
    if (isBool) this.source.add('r.flag = (B[p] & 15) === 1;');
    this.source.add('p++;');
  }

  protected skip(): void {
    const depth = `h >>> 16 === ${wireType.struct} ? depth + 1 : depth`;
    const skip = this.source.bind(this.codecs.protocol.skipField);
    this.source.add(`r.pos = p; ${skip}(r, h >>> 16, ${depth}); p = r.pos;`, 'l = h << 16 >> 16;');
  }

  protected leaf(value: LeafPlan, target: string, check: boolean): void {
    const { read } = this.codecs.protocol;
    const call = (reader: unknown, more = '') =>
      this.source.add(`r.pos = p; ${target} = ${this.source.bind(reader)}(r${more}); p = r.pos;`);
    const fixed = (expression: string, size: number) => {
      if (check) this.source.add(`if (p + ${size} > E) throw r.truncated(p, ${size});`);
      this.source.add(`${target} = ${expression}; p += ${size};`);
    };
    switch (value.kind) {
      case 'bool':
        return fixed('B[p] === 1', 1);
      case 'i8':
        return fixed('D.getInt8(p)', 1);
      case 'i16':
        return call(readZigzag16);
      case 'i32':
      case 'enum':
        return call(readZigzag);
      case 'i64':
        if (value.as === 'bigint') return call(readZigzag64);
        this.source.add('{', 'const at = p;');
        call(readZigzagNumber);
        this.source.add(`if (${target} !== ${target}) {`, 'r.pos = at;');
        return this.source.add(
          `throw ${this.source.bind(unsafeInteger)}(r, at, ${this.source.bind(readZigzag64)}(r)); }`,
          '}',
        );
      case 'double':
        return fixed('D.getFloat64(p, true)', 8);
      case 'uuid':
        return fixed(`${this.source.bind(readUuid)}(r, p)`, 16);
      case 'float':
        return call(read.float);
      case 'string':
        return call(read.string, `, ${value.strict}`);
      case 'binary':
        return call(read.binary);
    }
  }
}
