import type { ByteReader } from '../wire/reader.ts';
import { type ByteWriter, room } from '../wire/writer.ts';
import { FIXED, LENGTH, SEQID, WORDS } from './header-frame.ts';

/** A header of more words than this is not remembered. */
const MOST = 32;

/**
 * What stands before the message in the last frame of a kind, all but its length and its sequence id: the next one has
 * the same, as a rule, and need not be read or written piece by piece.
 */
export class KnownHead {
  /** The method that is named there; undefined before there was any frame. */
  method: string | undefined = undefined;
  #magicAndFlags = 0;
  readonly #header = new Int32Array(MOST);
  #words = 0;

  /** Remembers the frame whose magic is at `at` and whose message is at `body`. */
  remember(view: DataView, at: number, body: number, method: string): void {
    const begin = at + FIXED;
    const words = (body - begin) >> 2;
    if (words > MOST) return;
    this.method = method;
    this.#magicAndFlags = view.getInt32(at);
    this.#words = words;
    for (let i = 0; i < words; i++) this.#header[i] = view.getInt32(begin + i * 4);
  }

  /** Where the message is in the frame at the start of the window, if that begins with the same; else -1. */
  bodyIn({ view, start, end }: ByteReader): number {
    const words = this.#words;
    const begin = start + FIXED;
    const body = begin + words * 4;
    if (this.method === undefined || body > end) return -1;
    if (view.getInt32(start) !== this.#magicAndFlags || view.getUint16(start + WORDS) !== words) return -1;
    const header = this.#header;
    for (let i = 0; i < words; i++) if (view.getInt32(begin + i * 4) !== header[i]) return -1;
    return body;
  }

  /** Writes the same for the frame at `at`, and gives where its message goes. */
  write(w: ByteWriter, at: number, seqid: number): number {
    const words = this.#words;
    const begin = at + LENGTH + FIXED;
    const body = begin + words * 4;
    room(w, at, body - at);
    const { view } = w;
    view.setInt32(at + LENGTH, this.#magicAndFlags);
    view.setInt32(at + LENGTH + SEQID, seqid);
    view.setUint16(at + LENGTH + WORDS, words);
    const header = this.#header;
    for (let i = 0; i < words; i++) view.setInt32(begin + i * 4, header[i]!);
    return body;
  }
}
