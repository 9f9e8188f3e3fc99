import { compactTypeOf } from '../../protocol/compact-types.ts';
import { wireType } from '../../protocol/types.ts';
import { readZigzag, readZigzag16, readZigzag64, readZigzagNumber } from '../../protocol/varint.ts';
import { readUuid } from '../../wire/uuid.ts';
import { unsafeInteger } from '../complaints.ts';
import type { LeafPlan, RecordPlan } from '../plan.ts';
import { CHAIN, DecodePrinter } from './decode-printer.ts';

/** How the compact protocol reads. In the text beside the others: l the id of the field before, h a header. */
export class CompactDecodePrinter extends DecodePrinter {
  protected fields(plan: RecordPlan): void {
    const { fields } = plan;
    const { read, skipField } = this.codecs.protocol;
    this.source.add('let l = 0;', 'read: {');
    if (fields.length <= CHAIN) {
      // Only ids above the one before fit into the one byte that is looked at.
      for (const field of fields.filter(({ id }) => id > 0)) {
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
    this.source.add('for (;;) {', `r.pos = p; const h = ${this.source.bind(read.field)}(r, l); p = r.pos;`);
    this.source.add('if (h === 0) break;', 'l = h << 16 >> 16;', 'switch (h) {');
    for (const field of fields) {
      this.source.add(`case ${this.header(field)}: {`);
      const isBool = field.value.kind === 'bool';
      this.fieldValue(
        plan,
        field,
        true,
        isBool ? target => this.source.add(`${target} = r.flag;`) : undefined,
      );
      this.source.add('continue; }');
    }
    this.source.add('}');
    if (plan.form === 'union') this.source.add('if (k < 0) id = l;');
    const depth = `h >>> 16 === ${wireType.struct} ? depth + 1 : depth`;
    this.source.add(`${this.source.bind(skipField)}(r, h >>> 16, ${depth}); p = r.pos;`, '}', '}');
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
