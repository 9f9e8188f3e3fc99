import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  type ApiOf,
  type Client,
  describe as descriptorOf,
  type Handler,
  type IdlTypeError,
  type ImplOf,
  idl,
  makeClient,
  makeServer,
} from 'livethrift';
import { declarationsOf } from '../../src/typegen/declarations.ts';
import { holds, type Same } from './same.ts';
import type * as declared from './streams.thrift';

const options = { name: 'streams.thrift', onWarning: () => {} };

const streams = idl(
  `struct Line { 1: required string text, 2: i64 (js.type = "number") at }
exception Rude { 1: string word }
exception Odd { 1: i32 number }
typedef list<Line> Lines

service Kitex {
  Line say(1: Line line) throws (1: Rude rude) (streaming.mode = "unary")
  Line listen(1: Line line, 2: i32 limit = 20) throws (1: Rude rude) (streaming.mode = 'server')
  i64 write(1: Line line) (a = "b", streaming.mode = "client"),
  map<string, i64> talk(1: set<i32> numbers) (streaming.mode = "bidirectional"); void plain()
}

service Facebook extends Kitex {
  stream<Line> lines(1: i32 from, 2: string to)
  stream<list<map<string, Lines>> throws (1: Odd odd)> deep() throws (1: Rude rude),
  i64, stream<Line throws (1: Odd odd (a = "(b)"))> numbered(1: i32 from = 1)
  void, stream<i32> bare()
  sink<Line, i64> gather()
  sink<i64 throws (1: Odd odd), Lines throws (1: Rude rude)> sum(1: i32 from, 2: i32 step = 1);
  string, sink<Line, i64 throws (1: Odd odd)> total(1: i32 from)
  void, sink<i32, i32> quiet()
  i32 stream(1: i32 sink) i32 sink()
}
`,
  options,
);

const { Kitex, Facebook } = streams;

/** The types of a service's methods, as its clients and its handlers see them. */
type Members<T> = { [K in keyof T]: T[K] };
type Declared = typeof declared;

const handler: Handler<typeof Kitex> = {
  say: line => line,
  async *listen({ text }, limit) {
    for (const letter of text.slice(0, limit)) yield { text: letter };
  },
  async write(lines) {
    let length = 0;
    for await (const { text } of lines) length += text.length;
    return length;
  },
  async *talk(sets) {
    for await (const numbers of sets) yield { size: numbers.size };
  },
  plain: () => {},
};

describe('types from the text of streams.thrift', () => {
  it('are those that are generated', () => {
    holds<Same<keyof typeof streams, keyof Declared>>();
    holds<Same<Members<ApiOf<typeof Kitex>>, Members<ApiOf<Declared['Kitex']>>>>();
    holds<Same<Members<ImplOf<typeof Kitex>>, Members<ImplOf<Declared['Kitex']>>>>();
    holds<Same<Members<ApiOf<typeof Facebook>>, Members<ApiOf<Declared['Facebook']>>>>();
    holds<Same<Members<ImplOf<typeof Facebook>>, Members<ImplOf<Declared['Facebook']>>>>();
    const { text } = declarationsOf(descriptorOf(streams));
    expect(text, 'run: livethrift types spec/inline').to.equal(
      readFileSync(new URL('streams.d.thrift.ts', import.meta.url), 'utf8'),
    );
  });

  it('are those of what happens', async () => {
    await using server = makeServer(Kitex, handler);
    await using client = makeClient(Kitex, await server.listen({ port: 0 }));
    const texts: string[] = [];
    for await (const { text } of client.listen({ text: 'abc' }, 2)) texts.push(text);
    expect(texts).to.deep.equal(['a', 'b']);
    expect(await client.write([{ text: 'ab' }, { text: 'c' }])).to.equal(3n);
    for await (const sizes of client.talk([[1, 2]])) expect(sizes.get('size')).to.equal(2n);
  });

  it('do not compile where they are used wrongly', () => {
    const calls = (client: Client<typeof Facebook>) => [
      // @ts-expect-error a stream is no promise
      client.lines(1, 'b').then(),
      // @ts-expect-error what is streamed are lines
      client.write(['a']),
      // @ts-expect-error one line is no stream
      client.write({ text: 'a' }),
      // @ts-expect-error what is streamed stands behind the arguments
      client.sum([1n], 1, 2),
      // @ts-expect-error an answer goes before the stream
      client.numbered(1)[Symbol.asyncIterator],
      // @ts-expect-error the final answer comes when all is sent
      client.total([], 1).then(([, final]) => final + 1n),
      // @ts-expect-error nothing goes before this one
      client.bare().then(([first]) => first),
    ];
    // @ts-expect-error one answer is no stream
    const single: Handler<typeof Kitex> = { ...handler, listen: () => ({ text: 'a' }) };
    const other: Handler<typeof Kitex> = {
      ...handler,
      // @ts-expect-error lines are streamed, not texts
      async *listen() {
        yield 'a';
      },
    };
    expect([calls, single, other]).to.have.length(3);
  });

  it('say what cannot be streamed', () => {
    const wrong = () =>
      idl(`
      service Two { i32 write(1: i32 a, 2: i32 b) (streaming.mode = "client") }
      service Nothing { void listen() (streaming.mode = "server") }
      service Nowhere { i32 listen() (streaming.mode = "sideways") }
    `);
    type Wrong = ReturnType<typeof wrong>;
    holds<Wrong['Two'] extends IdlTypeError<infer _Why> ? true : false>();
    holds<Wrong['Nothing'] extends IdlTypeError<infer _Why> ? true : false>();
    holds<Wrong['Nowhere'] extends IdlTypeError<infer _Why> ? true : false>();
    expect(wrong).to.throw('streaming');
  });
});
