import { encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import type { Position } from '../schema/descriptor.ts';

/** A name in the output that stands for something in the source: an editor's "go to definition" leads there. */
export class Mapped {
  readonly text: string;
  readonly position: Position;

  constructor(text: string, position: Position) {
    this.text = text;
    this.position = position;
  }
}

/** A text in the making, and where its names come from. */
export class Output {
  readonly #lines: string[] = [];
  readonly #segments: SourceMapSegment[][] = [];
  #indent = '';

  /** Adds one line, made of texts and mapped names. */
  line(...parts: readonly (string | Mapped)[]): void {
    let line = this.#indent;
    const segments: SourceMapSegment[] = [];
    for (const part of parts) {
      if (typeof part === 'string') {
        line += part;
        continue;
      }
      const { line: row, column } = part.position;
      segments.push([line.length, 0, row - 1, column - 1]);
      line += part.text;
      // What follows the name belongs to nothing in particular.
      segments.push([line.length]);
    }
    this.#lines.push(line === this.#indent ? '' : line.replace(/[\u2028\u2029]/g, escaped));
    this.#segments.push(segments);
  }

  /** Adds what `body` adds between two braces, indented. */
  block(head: readonly (string | Mapped)[], body: () => void, tail = '}'): void {
    this.line(...head, ' {');
    this.indented('  ', body);
    this.line(tail);
  }

  /** Adds what `body` adds, each line behind `margin`. */
  indented(margin: string, body: () => void): void {
    const before = this.#indent;
    this.#indent += margin;
    body();
    this.#indent = before;
  }

  /** A JSDoc comment, if there is anything to say. */
  doc(rows: readonly string[]): void {
    if (rows.length === 0) return;
    // A comment inside a comment would end it.
    const safe = rows.flatMap(row => row.replaceAll('*/', '*\\/').split(/\r\n|\n|\r/));
    if (safe.length === 1) return this.line(`/** ${safe[0]} */`);
    this.line('/**');
    for (const row of safe) this.line(row === '' ? ' *' : ` * ${row}`);
    this.line(' */');
  }

  /** The text behind the lines of `head`, and the declaration map that belongs to it. */
  finish(file: string, source: string, head: readonly string[]): { text: string; map: string } {
    const mappings = encode([...head.map(() => []), ...this.#segments]);
    const map = { version: 3, file, sourceRoot: '', sources: [source], names: [], mappings };
    const text = [...head, ...this.#lines, `//# sourceMappingURL=${file}.map`, ''].join('\n');
    return { text, map: `${JSON.stringify(map)}\n` };
  }
}

/** TypeScript takes them for the ends of lines. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}
