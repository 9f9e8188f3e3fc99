import { EventEmitter, on, once } from 'node:events';
import { type Client, RpcError } from 'livethrift';
import type { Chat, Line } from './streams.thrift';

/** Somebody in the chat, who remembers what was said. */
export class Guest {
  readonly name: string;
  readonly heard: string[] = [];
  readonly #events = new EventEmitter();
  /** From the beginning: when the stream asks for the first line, something may have been said already. */
  readonly #said = on(this.#events, 'says');
  readonly #leaving = new AbortController();
  readonly #listening: Promise<void>;

  constructor(name: string, client: Client<typeof Chat>) {
    this.name = name;
    this.#listening = this.#listen(client);
  }

  /** Says something; resolves when it has come back, as it comes to all. */
  async say(text: string): Promise<void> {
    const heard = once(this.#events, 'heard');
    this.#events.emit('says', { by: this.name, text });
    await heard;
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    await this.#listening;
  }

  async #listen(client: Client<typeof Chat>): Promise<void> {
    const { signal } = this.#leaving;
    try {
      for await (const { by, text } of client.talk(this.#lines(), { signal, timeout: Infinity })) {
        this.heard.push(`${by}: ${text}`);
        this.#events.emit('heard');
      }
    } catch (error) {
      if (!(error instanceof RpcError && error.code === 'CANCELLED')) throw error;
    }
  }

  async *#lines(): AsyncGenerator<Line> {
    for await (const [line] of this.#said) yield line;
  }
}
