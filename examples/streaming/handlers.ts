import { createHash } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import { type Handler, RpcError } from 'livethrift';
import type { Chat, Files, Greeter } from './streams.thrift';

const CHUNK = 64 * 1024;

export const greeter: Handler<typeof Greeter> = {
  say_hello: ({ name }) => ({ text: `hello ${name}` }),

  async *lots_of_replies({ name }) {
    for (const greeting of ['hello', 'hej', 'bonjour']) yield { text: `${greeting} ${name}` };
    if (name === 'nobody') throw new RpcError('NOT_FOUND', 'there is nobody of that name');
  },

  async lots_of_greetings(requests) {
    const names: string[] = [];
    for await (const { name } of requests) names.push(name);
    return { text: `hello ${names.join(' and ')}` };
  },

  async *bidi_hello(requests) {
    for await (const { name } of requests) yield { text: `hello ${name}` };
  },
};

export const files: Handler<typeof Files> = {
  async *download({ size }) {
    for (let at = 0; at < size; at += CHUNK) yield { bytes: new Uint8Array(Math.min(CHUNK, size - at)) };
  },

  async upload(chunks) {
    const hash = createHash('sha256');
    let size = 0;
    for await (const { bytes } of chunks) {
      hash.update(bytes);
      size += bytes.length;
    }
    return { size, sha256: hash.digest('hex') };
  },
};

const room = new EventEmitter();

export const chat: Handler<typeof Chat> = {
  async *talk(lines, { signal }) {
    const heard = on(room, 'said', { signal });
    const listen = async () => {
      for await (const line of lines) room.emit('said', line);
    };
    listen().catch(() => {
      // Who has left says nothing more.
    });
    for await (const [line] of heard) yield line;
  },
};
