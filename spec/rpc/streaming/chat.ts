import type { Address, DynamicModule } from '../../../src/index.ts';
import {
  type ClientOptions,
  loadSource,
  makeClient,
  makeServer,
  type RpcError,
  type ServerOptions,
} from '../../../src/index.ts';
import { closing } from '../../support/peers.ts';

/** A service with a method of each shape, in both spellings, and messages of each kind. */
export const loaded: DynamicModule = loadSource(
  `struct Line { 1: string text }
   exception Rude { 1: string word }
   exception Odd { 1: i32 number }
   service Chat {
     Line say(1: Line line)
     Line echo(1: Line line) (streaming.mode = "unary")
     Line listen(1: Line line) throws (1: Rude rude) (streaming.mode = "server")
     Line write(1: Line line) throws (1: Rude rude) (streaming.mode = "client")
     Line talk(1: Line line) throws (1: Rude rude) (streaming.mode = "bidirectional")
     i32 count(1: i32 to, 2: string unit) (streaming.mode = "server")
     string join(1: string part) (streaming.mode = "client")
     stream<string throws (1: Odd odd)> letters(1: string word) throws (1: Rude rude)
     i32, stream<Line> numbered(1: string word)
     sink<i32 throws (1: Odd odd), i64 throws (1: Rude rude)> sum(1: i32 from)
     string, sink<i32, i64 throws (1: Rude rude)> total(1: i32 from)
   }`,
  { onWarning: () => {} },
);

type Handlers = Readonly<Record<string, unknown>>;

/** What is asked of the server, and what it told its operator. */
export interface Chatting {
  // biome-ignore lint/suspicious/noExplicitAny: a service without a type of its own
  readonly client: any;
  readonly address: Address;
  readonly reported: readonly unknown[];
}

/** A server with these handlers, and a client of it. */
export async function chatting(
  handlers: Handlers,
  options: ClientOptions = {},
  serverOptions: ServerOptions = {},
): Promise<Chatting> {
  const reported: unknown[] = [];
  const onError = (error: unknown) => void reported.push(error);
  const server = closing(makeServer(loaded.Chat, handlers, { onError, ...serverOptions, partial: true }));
  const address = await server.listen({ port: 0 });
  return { address, reported, client: closing(makeClient(loaded.Chat, address, options)) };
}

/** All messages; the last one is what was thrown, if anything was. */
export async function all(messages: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  try {
    for await (const message of messages) found.push(textOf(message));
  } catch (error) {
    found.push(error);
  }
  return found;
}

/** The text of a line, or what is none. */
function textOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'text' in message ? message.text : message;
}

export async function* lines(...texts: readonly string[]): AsyncGenerator<{ text: string }> {
  for (const text of texts) yield { text };
}

/** What is remembered of a generator: whether it was closed. */
export function noted<T>(source: AsyncIterable<T>): AsyncIterable<T> & { isClosed: boolean } {
  const made = {
    isClosed: false,
    async *[Symbol.asyncIterator]() {
      try {
        yield* source;
      } finally {
        made.isClosed = true;
      }
    },
  };
  return made;
}

export interface Text {
  readonly text: string;
}

/** What most of its methods do. */
export const handlers: Handlers = {
  say: ({ text }: Text) => ({ text }),
  async *listen({ text }: Text) {
    for (const letter of text) yield { text: letter };
  },
  async write(given: AsyncIterable<Text>) {
    let text = '';
    for await (const line of given) text += line.text;
    return { text };
  },
  async *talk(given: AsyncIterable<Text>) {
    for await (const { text } of given) yield { text: `${text}?` };
  },
};

/** What was thrown after all messages. */
export async function thrown(messages: AsyncIterable<unknown>): Promise<RpcError> {
  const last = (await all(messages)).at(-1);
  if (last instanceof Error) return last as RpcError;
  throw new Error('nothing was thrown');
}
