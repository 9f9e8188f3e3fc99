import { type Linked, List } from '../list.ts';

/** What waits for its turn. */
export interface Waiting extends Linked<Waiting> {
  begin(): void;
}

/** All that waits of one connection, in order. */
export class Line extends List<Waiting> implements Linked<Line> {
  before: Line | undefined = undefined;
  after: Line | undefined = undefined;
}

/** Lines whose turn comes round: a connection with a thousand requests does not keep one with a single one waiting. */
export class FairQueue {
  /** Those in which somebody waits; the next turn is the first one's. */
  readonly #lines = new List<Line>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(line: Line, waiting: Waiting): void {
    if (line.first === undefined) this.#lines.add(line);
    line.add(waiting);
    this.#size++;
  }

  /** Takes out what waits in a line, wherever it stands. */
  remove(line: Line, waiting: Waiting): void {
    line.remove(waiting);
    this.#size--;
    if (line.first === undefined) this.#lines.remove(line);
  }

  /** Takes out what has waited longest in the line whose turn it is. */
  take(): Waiting | undefined {
    const line = this.#lines.first;
    const waiting = line?.first;
    if (line === undefined || waiting === undefined) return undefined;
    this.remove(line, waiting);
    if (line.first !== undefined) {
      this.#lines.remove(line);
      this.#lines.add(line);
    }
    return waiting;
  }
}
