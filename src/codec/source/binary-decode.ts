import { fixedSizes } from '../../protocol/binary-sizes.ts';
import { wireType } from '../../protocol/types.ts';
import { readUuid } from '../../wire/uuid.ts';
import { unsafeInteger } from '../complaints.ts';
import type { FieldPlan, LeafPlan, RecordPlan } from '../plan.ts';
import { DecodePrinter } from './decode-printer.ts';

/** How the binary protocol reads. */
export class BinaryDecodePrinter extends DecodePrinter {
  protected beginFields(): void {}

  protected chain(plan: RecordPlan): void {
    for (const field of plan.fields) {
      // At least one byte follows a value in a struct, its stop: so the 4-byte look never leaves the message.
      const size = 3 + (fixedSizes[field.value.wire]! || 1);
      this.source.add(`if (p + ${size} < E && D.getInt32(p) >>> 8 === ${this.header(field)}) {`, 'p += 3;');
      this.fieldValue(plan, field, false);
      this.source.add('}');
    }
    this.source.add('if (p < E && B[p] === 0) { p++; break read; }');
  }

  protected nextHeader(): void {
    this.source.add('if (p >= E) throw r.truncated(p, 1);', 'h = B[p];', 'if (h === 0) p++;');
    this.source.add('else {', 'if (p + 3 > E) throw r.truncated(p, 3);');
    this.source.add('h = h << 16 | D.getUint16(p + 1);', 'p += 3;', '}');
  }

  protected announced(plan: RecordPlan, field: FieldPlan): void {
    this.fieldValue(plan, field, true);
  }

  protected expect(field: FieldPlan): void {
    this.source.add(`if (p + 4 > E || D.getInt32(p) >>> 8 !== ${this.header(field)}) break;`, 'p += 3;');
  }

  protected skip(): void {
    const depth = `h >>> 16 === ${wireType.struct} ? depth + 1 : depth`;
    this.source.add(
      `r.pos = p; ${this.source.bind(this.codecs.protocol.skip)}(r, h >>> 16, ${depth}); p = r.pos;`,
    );
  }

  protected leaf(value: LeafPlan, target: string, check: boolean): void {
    const add = (...lines: string[]) => this.source.add(...lines);
    const bind = (bound: unknown) => this.source.bind(bound);
    const { read } = this.codecs.protocol;
    const size = fixedSizes[value.wire]!;
    if (check && size > 0) add(`if (p + ${size} > E) throw r.truncated(p, ${size});`);
    switch (value.kind) {
      case 'bool':
        return add(`${target} = B[p] !== 0; p += 1;`);
      case 'i8':
        return add(`${target} = D.getInt8(p); p += 1;`);
      case 'i16':
        return add(`${target} = D.getInt16(p); p += 2;`);
      case 'i32':
      case 'enum':
        return add(`${target} = D.getInt32(p); p += 4;`);
      case 'i64':
        if (value.as === 'bigint') return add(`${target} = D.getBigInt64(p); p += 8;`);
        add(`${target} = D.getInt32(p) * 4294967296 + D.getUint32(p + 4);`);
        add(`if (!Number.isSafeInteger(${target})) throw ${bind(unsafeInteger)}(r, p, D.getBigInt64(p));`);
        return add('p += 8;');
      case 'float':
        return add(`${target} = D.getFloat32(p); p += 4;`);
      case 'double':
        return add(`${target} = D.getFloat64(p); p += 8;`);
      case 'uuid':
        return add(`${target} = ${bind(readUuid)}(r, p); p += 16;`);
      case 'string':
        return add(`r.pos = p; ${target} = ${bind(read.string)}(r, ${value.strict}); p = r.pos;`);
      case 'binary':
        return add(`r.pos = p; ${target} = ${bind(read.binary)}(r); p = r.pos;`);
    }
  }
}
