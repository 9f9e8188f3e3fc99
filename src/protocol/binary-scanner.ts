import type { ByteReader } from '../wire/reader.ts';
import { fixedSizes, leastSize } from './binary-sizes.ts';
import { MORE, NONE, StackScanner } from './stack-scanner.ts';
import { fieldDepth, wireType } from './types.ts';

/** Finds the end of an unframed binary message. */
export class BinaryScanner extends StackScanner {
  protected width(type: number): number {
    return fixedSizes[type]!;
  }

  protected field(r: ByteReader, at: number, depth: number): number {
    const type = r.bytes[at]!;
    if (type !== wireType.stop)
      return at + 3 > r.end ? MORE : this.enter(r, type, at + 3, fieldDepth(type, depth));
    this.close();
    return at + 1;
  }

  protected enter(r: ByteReader, type: number, at: number, depth: number): number {
    if (this.width(type) > 0) return at + this.width(type);
    switch (type) {
      case wireType.string: {
        if (at + 4 > r.end) return MORE;
        return this.passString(r, at + 4, this.#size(r, at));
      }
      case wireType.struct:
        this.openStruct(r, at, depth);
        return at;
      case wireType.list:
      case wireType.set:
        if (at + 5 > r.end) return MORE;
        this.#elements(r, at + 1, r.bytes[at]!, NONE, depth);
        return at + 5;
      case wireType.map:
        if (at + 6 > r.end) return MORE;
        this.#elements(r, at + 2, r.bytes[at]!, r.bytes[at + 1]!, depth);
        return at + 6;
      default:
        throw r.error('invalid-data', at, `there is no type with the id ${type}`);
    }
  }

  #elements(r: ByteReader, at: number, first: number, second: number, depth: number): void {
    this.checkDepth(r, at, depth);
    const size = this.#size(r, at);
    if (size === 0) return;
    for (const type of second === NONE ? [first] : [first, second]) {
      if (fixedSizes[type]! < 0) throw r.error('invalid-data', at, `there is no type with the id ${type}`);
    }
    const least = leastSize(first) + (second === NONE ? 0 : leastSize(second));
    this.openContainer(r, at, size, { first, second, least }, depth);
  }

  #size(r: ByteReader, at: number): number {
    const size = r.view.getInt32(at);
    if (size < 0) throw r.badSize(size, at, 'a string or container');
    return size;
  }
}
