import type { Literal } from './descriptor.ts';

const mostParts = 1_000_000;
const mostNesting = 200;

/**
 * How large literals are when written out. Constants inside constants are shared, so a file of a few lines
 * can name a value that no memory could hold once every use of it is a value of its own.
 */
export class Extents {
  readonly #known: WeakMap<Literal, { size: number; depth: number }> = new WeakMap();

  /** Notes a container's extent from that of its parts; says what is wrong when it is too large. */
  measure(literal: Literal, parts: readonly Literal[]): string | undefined {
    let size = 1;
    let depth = 0;
    for (const part of parts) {
      size += this.size(part);
      depth = Math.max(depth, this.#known.get(part)?.depth ?? 0);
    }
    if (size > mostParts) return `the value has more than ${mostParts} parts`;
    if (depth >= mostNesting) return `the value is nested more than ${mostNesting} deep`;
    this.#known.set(literal, { size, depth: depth + 1 });
    return undefined;
  }

  size(literal: Literal): number {
    return this.#known.get(literal)?.size ?? 1;
  }

  /** A text that is the same for equal literals of one type. */
  key(literal: Literal): string {
    switch (literal.kind) {
      case 'list':
      case 'set':
        return `[${literal.elements.map(element => this.key(element)).join()}]`;
      case 'map':
        return `{${literal.entries.map(([key, value]) => `${this.key(key)}:${this.key(value)}`).join()}}`;
      case 'struct':
        return `{${[...literal.fields]
          .map(([name, value]) => `${name}:${this.key(value)}`)
          .sort()
          .join()}}`;
      default:
        return typeof literal.value === 'string' ? JSON.stringify(literal.value) : String(literal.value);
    }
  }
}
