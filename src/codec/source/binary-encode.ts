import { fixedSizes } from '../../protocol/binary-sizes.ts';
import { fieldDepth } from '../../protocol/types.ts';
import { writeUuid } from '../../wire/uuid.ts';
import { writeText } from '../../wire/write-text.ts';
import type { FieldPlan, LeafPlan, ValuePlan } from '../plan.ts';
import { EncodePrinter, RELOAD } from './encode-printer.ts';

/** How the binary protocol writes. */
export class BinaryEncodePrinter extends EncodePrinter {
  protected room(value: ValuePlan): number {
    // What has no fixed size begins with a 4-byte length.
    return value.kind === 'child' ? 0 : fixedSizes[value.wire]! || 4;
  }

  protected fieldRoom(value: ValuePlan): number {
    // At least 4: the header is stored as one 4-byte word.
    return 3 + Math.max(1, this.room(value));
  }

  protected beginFields(): void {}

  protected endFields(): void {}

  protected field({ id, value }: FieldPlan, behind: number): void {
    // Type and id as one store; its fourth byte is overwritten by what follows.
    this.source.add(`D.setInt32(p, ${((value.wire << 24) | ((id & 0xffff) << 8)) >> 0});`);
    if (value.kind === 'child') this.child(value, 'p + 3', fieldDepth(value.wire, 0));
    else this.#leafAt(value, 'p + 3', behind);
  }

  protected leaf(value: LeafPlan, behind: number): void {
    this.#leafAt(value, 'p', behind);
  }

  protected listHead(element: ValuePlan, fixed: number): void {
    this.reserve(`5 + n * ${fixed}`);
    this.source.add(`B[p] = ${element.wire}; D.setInt32(p + 1, n); p += 5;`);
  }

  protected mapHead(key: ValuePlan, value: ValuePlan, fixed: number): void {
    this.reserve(`6 + n * ${fixed}`);
    this.source.add(`B[p] = ${key.wire}; B[p + 1] = ${value.wire}; D.setInt32(p + 2, n); p += 6;`);
  }

  #leafAt(value: LeafPlan, at: string, behind: number): void {
    const store = (text: string, size: number) => this.source.add(text, `p = ${at} + ${size};`);
    switch (value.kind) {
      case 'bool':
        return store(`B[${at}] = x ? 1 : 0;`, 1);
      case 'i8':
        return store(`D.setInt8(${at}, x);`, 1);
      case 'i16':
        return store(`D.setInt16(${at}, x);`, 2);
      case 'i32':
      case 'enum':
        return store(`D.setInt32(${at}, x);`, 4);
      case 'i64':
        this.source.add(`if (typeof x === "bigint") D.setBigInt64(${at}, x);`);
        return store(
          `else { D.setInt32(${at}, Math.floor(x / 4294967296)); D.setInt32(${at} + 4, x | 0); }`,
          8,
        );
      case 'float':
        return store(`D.setFloat32(${at}, x);`, 4);
      case 'double':
        return store(`D.setFloat64(${at}, x);`, 8);
      case 'uuid':
        return this.source.add(`p = ${this.source.bind(writeUuid)}(w, ${at}, x);`);
      case 'string':
        this.source.add(`q = ${this.source.bind(writeText)}(w, ${at} + 4, x, ${behind}); ${RELOAD}`);
        return this.source.add(`D.setInt32(${at}, q - (${at}) - 4); p = q;`);
      case 'binary': {
        const write = this.source.bind(this.codecs.protocol.write.binary);
        return this.source.add(`p = ${write}(w, ${at}, x); ${RELOAD}`);
      }
    }
  }
}
