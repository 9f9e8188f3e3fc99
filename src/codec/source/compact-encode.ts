import { compactType, compactTypeOf } from '../../protocol/compact-types.ts';
import { writeCompactText } from '../../protocol/compact-write.ts';
import { fieldDepth } from '../../protocol/types.ts';
import {
  MAX_VARINT_32,
  MAX_VARINT_64,
  writeZigzag,
  writeZigzag64,
  writeZigzagNumber,
} from '../../protocol/varint.ts';
import { writeUuid } from '../../wire/uuid.ts';
import type { FieldPlan, LeafPlan, ValuePlan } from '../plan.ts';
import { EncodePrinter, RELOAD } from './encode-printer.ts';

/** How the compact protocol writes. In the text beside the others: l the id of the field before. */
export class CompactEncodePrinter extends EncodePrinter {
  protected room(value: ValuePlan): number {
    switch (value.kind) {
      case 'bool':
      case 'i8':
        return 1;
      case 'i16':
      case 'i32':
      case 'enum':
        return MAX_VARINT_32;
      case 'i64':
        return MAX_VARINT_64;
      case 'double':
        return 8;
      case 'uuid':
        return 16;
      default:
        return 0;
    }
  }

  protected fieldRoom(value: ValuePlan): number {
    return 1 + MAX_VARINT_32 + this.room(value);
  }

  protected beginFields(last: string): void {
    this.source.add(`let l = ${last};`);
  }

  protected endFields(): void {
    this.source.add('s.l = l;');
  }

  protected field({ id, value }: FieldPlan, behind: number): void {
    const type =
      value.kind === 'bool' ? `(x ? ${compactType.true} : ${compactType.false})` : this.#typeOf(value);
    const zigzag = this.source.bind(writeZigzag);
    this.source.add(`q = ${id} - l; l = ${id};`);
    this.source.add(`if (q > 0 && q < 16) B[p++] = q << 4 | ${type};`);
    this.source.add(`else { B[p] = ${type}; p = ${zigzag}(w, p + 1, ${id}); }`);
    if (value.kind === 'child') this.child(value, 'p', fieldDepth(value.wire, 0));
    else if (value.kind !== 'bool') this.leaf(value, behind);
  }

  protected leaf(value: LeafPlan, behind: number): void {
    const { add, bind } = {
      add: this.source.add.bind(this.source),
      bind: this.source.bind.bind(this.source),
    };
    const { write } = this.codecs.protocol;
    switch (value.kind) {
      case 'bool':
        return add(`B[p++] = x ? ${compactType.true} : ${compactType.false};`);
      case 'i8':
        return add('D.setInt8(p++, x);');
      case 'i16':
      case 'i32':
      case 'enum':
        return add(`p = ${bind(writeZigzag)}(w, p, x);`);
      case 'i64':
        return add(
          `p = typeof x === "bigint" ? ${bind(writeZigzag64)}(w, p, x) : ${bind(writeZigzagNumber)}(w, p, x);`,
        );
      case 'double':
        return add('D.setFloat64(p, x, true); p += 8;');
      case 'uuid':
        return add(`p = ${bind(writeUuid)}(w, p, x);`);
      case 'float':
        return add(this.refuse);
      case 'string':
        return add(`p = ${bind(writeCompactText)}(w, p, x, ${behind}); ${RELOAD}`);
      case 'binary':
        return add(`p = ${bind(write.binary)}(w, p, x); ${RELOAD}`);
    }
  }

  protected listHead(element: ValuePlan, fixed: number): void {
    const { write } = this.codecs.protocol;
    this.source.add(`p = ${this.source.bind(write.list)}(w, p, ${element.wire}, n); ${RELOAD}`);
    if (fixed > 0) this.reserve(`n * ${fixed}`);
  }

  protected mapHead(key: ValuePlan, value: ValuePlan, fixed: number): void {
    const { write } = this.codecs.protocol;
    this.source.add(`p = ${this.source.bind(write.map)}(w, p, ${key.wire}, ${value.wire}, n); ${RELOAD}`);
    if (fixed > 0) this.reserve(`n * ${fixed}`);
  }

  /** 0 for what has no type here: its value is refused before it matters. */
  #typeOf(value: ValuePlan): number {
    return compactTypeOf(value.wire) ?? 0;
  }
}
