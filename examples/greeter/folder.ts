import { randomUUID } from 'node:crypto';
import { constants, mkdirSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What files may be called: no separators, no NUL, and no dot in front, where our own unfinished ones are. */
const fileName = /^[\w-][\w.-]{0,99}$/;
const largest = 65_536;

/** Small text files of one folder, and of no other: names are all that callers say, and links are not followed. */
export class Folder {
  readonly #path: string;

  /** Makes the folder if need be. */
  constructor(path: string) {
    this.#path = resolve(path);
    mkdirSync(this.#path, { recursive: true });
  }

  /** Rejects where there is no such file, or it is too large, or no text. */
  async read(name: string): Promise<string> {
    const file = await open(
      this.#pathOf(name),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new Error(`${name} is no file`);
      if (stats.size > largest) throw new Error(`${name} has ${stats.size} bytes, more than ${largest}`);
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await file.readFile());
    } finally {
      await file.close();
    }
  }

  /** Whoever reads meanwhile gets the old text or the new one, never half of it. A link is replaced, not followed. */
  async write(name: string, text: string): Promise<void> {
    const path = this.#pathOf(name);
    const bytes = Buffer.from(text);
    if (bytes.length > largest) throw new Error(`${bytes.length} bytes are more than ${largest}`);
    const unfinished = join(this.#path, `.${randomUUID()}`);
    try {
      await writeFile(unfinished, bytes, { flag: 'wx' });
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  #pathOf(name: string): string {
    if (!fileName.test(name)) throw new Error(`${JSON.stringify(name)} is not the name of a file here`);
    return join(this.#path, name);
  }
}
