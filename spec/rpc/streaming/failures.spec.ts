import { expect } from 'chai';
import { type Context, loadSource, makeClient, RpcError, ValueError } from '../../../src/index.ts';
import { deferred } from '../../../src/rpc/timers.ts';
import { rejection, rpcError } from '../../support/errors.ts';
import { closeAll, closing, until } from '../../support/peers.ts';
import { all, chatting, handlers, lines, loaded, noted, type Text, thrown } from './chat.ts';

const { Odd, Rude } = loaded;

afterEach(closeAll);

/** Says a line twice, and no more until it is told to end. */
async function* twice({ text }: Text, { signal }: Context) {
  yield { text };
  yield { text };
  await new Promise(resolve => signal.addEventListener('abort', resolve));
}

describe('a stream that fails', () => {
  it('gives what came before, then the exception that is declared, or a status', async () => {
    const { client, reported } = await chatting({
      async *listen({ text }: Text) {
        yield { text: 'before' };
        if (text === 'rude') throw new Rude({ word: 'x' });
        throw new RpcError('NOT_FOUND', 'not here', { details: { of: text } });
      },
    });
    const [before, rude] = await all(client.listen({ text: 'rude' }));
    expect(before).to.equal('before');
    expect(rude).to.be.instanceOf(Rude).and.include({ word: 'x' });
    const [, status] = await all(client.listen({ text: 'status' }));
    expect(status).to.be.instanceOf(RpcError);
    expect(status).to.deep.include({ code: 'NOT_FOUND', message: 'not here', details: { of: 'status' } });
    expect(reported).to.deep.equal([]);
  });

  it('tells the client nothing of what was not meant for it, and the operator all', async () => {
    const boom = new Error('boom');
    const { client, reported } = await chatting({
      async *listen({ text }: Text) {
        if (text === 'misfit') yield { text: 5 };
        throw boom;
      },
      async write() {
        throw boom;
      },
      talk: () => 5,
    });
    expect(await thrown(client.listen({ text: 'a' }))).to.include({
      code: 'INTERNAL',
      message: 'Chat.listen: internal error',
    });
    expect(await rpcError(client.write([]))).to.include({ code: 'INTERNAL' });
    expect(reported).to.deep.equal([boom, boom]);
    expect(await thrown(client.listen({ text: 'misfit' }))).to.include({ code: 'INTERNAL' });
    expect(reported[2]).to.be.instanceOf(ValueError);
    expect(await thrown(client.talk([]))).to.include({ code: 'INTERNAL' });
    expect((reported[3] as Error).message).to.include(
      'Chat.talk: what the handler returned: expected an async iterable',
    );
  });

  it('throws what its own stream declares, and what the method does, each from where it is declared', async () => {
    const { client } = await chatting({
      async *letters(word: string) {
        yield 'a';
        throw word === 'odd' ? new Odd({ number: 7 }) : new Rude({ word });
      },
      async sum(_: number, numbers: AsyncIterable<number>) {
        const seen = await all(numbers);
        const last = seen.at(-1);
        if (last instanceof Odd)
          throw new Rude({ word: `odd ${(last as unknown as { number: number }).number}` });
        throw new Rude({ word: 'none' });
      },
    });
    expect((await all(client.letters('odd')))[1])
      .to.be.instanceOf(Odd)
      .and.include({ number: 7 });
    expect((await all(client.letters('rude')))[1])
      .to.be.instanceOf(Rude)
      .and.include({ word: 'rude' });
    expect(await rejection(client.sum(1, [1])))
      .to.be.instanceOf(Rude)
      .and.include({ word: 'none' });
  });

  it('ends without what the handler put into headers, where that does not fit', async () => {
    const large = 'x'.repeat(70_000);
    const { client, reported } = await chatting({
      async *listen({ text }: Text, context: Context) {
        if (text !== 'throws') context[text as 'trailers' | 'responseMetadata'].set('large', large);
        if (text === 'throws') throw new RpcError('NOT_FOUND', large);
        if (text === 'trailers') yield { text };
      },
      async write(_: unknown, { trailers }: Context) {
        trailers.set('large', large);
        return { text: 'a' };
      },
      say: (line: Text) => line,
    });
    const tooLarge = { code: 'RESOURCE_EXHAUSTED', phase: 'answered' };
    const [message, error] = await all(client.listen({ text: 'trailers' }));
    expect(message).to.equal('trailers');
    expect(error).to.include(tooLarge);
    expect(await thrown(client.listen({ text: 'responseMetadata' }))).to.include(tooLarge);
    expect(await rpcError(client.write([]))).to.include(tooLarge);
    expect(await thrown(client.listen({ text: 'throws' }))).to.include({ code: 'NOT_FOUND', message: large });
    expect(reported).to.have.length(4);
    expect(await client.say({ text: 'still here' })).to.include({ text: 'still here' });
    const late = await chatting(
      {
        talk(_: unknown, { responseMetadata }: Context) {
          responseMetadata.set('large', large);
          return new Promise(() => {});
        },
      },
      {},
      { timeout: 30 },
    );
    expect(await thrown(late.client.talk([]))).to.include({ code: 'DEADLINE_EXCEEDED' });
    expect(late.reported).to.have.length(1);
  });

  it('closes what its handler gives when nobody is there any more', async () => {
    const open = deferred();
    let given = 0;
    let closed = 0;
    const give = async () => {
      await open.promise;
      given++;
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<never>(() => {}),
          return: () => Promise.resolve({ done: true, value: closed++ }),
        }),
      };
    };
    const { client } = await chatting({
      listen: give,
      numbered: async () => ['does not fit', await give()],
    });
    const [first, second] = [client.listen({ text: '' }), client.listen({ text: '' }, { timeout: 20 })];
    const misfit = rpcError(client.numbered('a'));
    await first.return();
    expect(await thrown(second)).to.include({ code: 'DEADLINE_EXCEEDED' });
    open.resolve();
    expect(await misfit).to.include({ code: 'INTERNAL' });
    await until(() => given === 3 && closed === 3);
  });

  it('ends at the server when the client streams what throws, or does not fit', async () => {
    const seen: unknown[] = [];
    const aborted: unknown[] = [];
    const { client } = await chatting({
      async write(given: AsyncIterable<Text>, context: Context) {
        context.signal.addEventListener('abort', () => aborted.push(context.signal.reason));
        seen.push(await all(given));
        return { text: '' };
      },
      async sum(_: number, numbers: AsyncIterable<number>) {
        seen.push(await all(numbers));
        return 1n;
      },
    });
    const boom = new Error('boom');
    async function* failing(error: unknown) {
      yield { text: 'a' };
      throw error;
    }
    expect(await rejection(client.write(failing(boom)))).to.equal(boom);
    await until(() => seen.length === 1);
    const [[text, error]] = seen as [[string, RpcError]];
    expect(text).to.equal('a');
    expect(error).to.include({ code: 'CANCELLED', message: 'the client gave the stream up' });
    expect(aborted).to.deep.equal([error]);

    expect(await rejection(client.write(failing(new RpcError('DATA_LOSS', 'torn'))))).to.include({
      code: 'DATA_LOSS',
    });
    await until(() => seen.length === 2);
    expect((seen[1] as unknown[])[1]).to.include({ code: 'DATA_LOSS', message: 'torn' });

    expect(await rejection(client.write([{ text: 'a' }, { text: 5 }]))).to.be.instanceOf(ValueError);
    await until(() => seen.length === 3);

    async function* odd() {
      yield 1;
      throw new Odd({ number: 3 });
    }
    expect(await rejection(client.sum(1, odd()))).to.be.instanceOf(Odd);
    await until(() => seen.length === 4);
    expect((seen[3] as unknown[])[1])
      .to.be.instanceOf(Odd)
      .and.include({ number: 3 });
  });

  it('is told of as an answer that is missing, where it is', async () => {
    const { client, reported } = await chatting({ write: () => undefined, numbered: () => lines('a') });
    expect(await rpcError(client.write([]))).to.include({ code: 'INTERNAL' });
    expect((reported[0] as Error).message).to.equal('the handler returned nothing');
    expect(await rpcError(client.numbered('a'))).to.include({ code: 'INTERNAL' });
    expect((reported[1] as Error).message).to.include(
      'must return an array of its first answer and a stream',
    );
  });

  it('says that a method is not served, or not there', async () => {
    const { client, address } = await chatting({});
    const unserved = await thrown(client.listen({ text: 'a' }));
    expect(unserved).to.include({ code: 'UNIMPLEMENTED' });
    expect(unserved.message).to.include('declared, and not served here');
    const { Chat: Newer } = loadSource(
      'struct L { 1: string t } service Chat { L more(1: L l) (streaming.mode = "server") }',
    );
    const unknown = await thrown(closing(makeClient(Newer, address)).more({}));
    expect(unknown).to.include({ code: 'UNIMPLEMENTED', message: 'more: there is no such method here' });
  });

  it('refuses a message beyond the limits, and goes on with the others', async () => {
    const { client, reported } = await chatting(
      { ...handlers, talk: () => [{ text: 'x'.repeat(5000) }] },
      { limits: { frame: 1000 } },
      { limits: { frame: 2000 } },
    );
    expect(await rpcError(client.write([{ text: 'x'.repeat(2000) }]))).to.include({
      code: 'RESOURCE_EXHAUSTED',
    });
    expect(await thrown(client.talk([]))).to.include({ code: 'RESOURCE_EXHAUSTED' });
    expect(reported).to.have.length(1);
    expect(await all(client.listen({ text: 'ab' }))).to.deep.equal(['a', 'b']);
  });
});

describe('a stream that is given up', () => {
  /** A handler that never ends by itself; what becomes of it. */
  function endless() {
    const seen = { closed: 0, reasons: [] as unknown[] };
    const handler = async function* (_: unknown, context: Context) {
      context.signal.addEventListener('abort', () => seen.reasons.push(context.signal.reason));
      try {
        for (let i = 0; ; i++) yield { text: String(i) };
      } finally {
        seen.closed++;
      }
    };
    return { seen, handler };
  }

  it('is cancelled when its loop is left, at the other end too', async () => {
    const { seen, handler } = endless();
    const { client } = await chatting({ ...handlers, listen: handler });
    for await (const { text } of client.listen({ text: '' })) if (text === '10') break;
    await until(() => seen.closed === 1);
    expect(seen.reasons[0]).to.include({ code: 'CANCELLED', applicationType: 12007 });
    expect(await client.say({ text: 'a' })).to.include({ text: 'a' });
  });

  it('closes what its caller streams, when its loop is left', async () => {
    const { client } = await chatting(handlers);
    const given = noted(lines(...'abcdefgh'));
    for await (const { text } of client.talk(given)) if (text === 'b?') break;
    await until(() => given.isClosed);
  });

  it('closes what its caller streams, when the handler has done with it', async () => {
    const { client } = await chatting({
      async write(given: AsyncIterable<Text>) {
        for await (const line of given) return line;
        return { text: '' };
      },
    });
    const forever = {
      async *[Symbol.asyncIterator]() {
        for (;;) yield { text: 'a' };
      },
    };
    const given = noted(forever);
    expect(await client.write(given)).to.include({ text: 'a' });
    await until(() => given.isClosed);
  });

  it('does not wait for what its caller streams, where that never comes', async () => {
    const { client } = await chatting({ ...handlers, talk: () => lines('a') });
    const stuck = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    expect(await all(client.talk(stuck))).to.deep.equal(['a']);
  });

  it('ends by a signal, with its reason, and what had come is not wanted', async () => {
    const { seen, handler } = endless();
    const { client } = await chatting({ listen: handler });
    const controller = new AbortController();
    const replies = client.listen({ text: '' }, { signal: controller.signal });
    await replies.next();
    controller.abort(new Error('enough'));
    const error = await rpcError(replies.next());
    expect(error.code).to.equal('CANCELLED');
    expect(error.message).to.match(
      /^Chat\.listen: cancelled before 127\.0\.0\.1:\d+ ended the stream: enough$/,
    );
    await until(() => seen.closed === 1);
    const late = client.listen({ text: '' }, { signal: controller.signal });
    expect(await rpcError(late.next())).to.include({ code: 'CANCELLED', phase: 'unsent' });
  });

  it('is given up along the path of calls that are made for each other, and each end knows the path', async () => {
    const { seen, handler } = endless();
    const last = await chatting({ listen: handler });
    for (const [options, listen] of [
      [{ propagate: true }, (line: Text) => last.client.listen(line)],
      [
        { propagate: true },
        async function* (line: Text) {
          yield line;
          yield* last.client.listen(line);
        },
      ],
      [{}, (line: Text, parent: Context) => last.client.listen(line, { parent })],
    ] as const) {
      seen.reasons.length = 0;
      const { client } = await chatting({ listen }, {}, options);
      for await (const { text } of client.listen({ text: '' })) if (text === '10') break;
      await until(() => seen.reasons.length === 1);
      expect((seen.reasons[0] as RpcError).metadata!.get('ttscp')).to.equal('client,Chat');
    }
  });

  it('ends when its time is over, at both ends', async () => {
    const { seen, handler } = endless();
    const { client } = await chatting({ listen: handler, write: () => new Promise(() => {}) });
    const replies = client.listen({ text: '' }, { timeout: 50 });
    expect(await thrown(replies)).to.include({ code: 'DEADLINE_EXCEEDED' });
    await until(() => seen.closed === 1);
    expect(seen.reasons[0]).to.include({ code: 'DEADLINE_EXCEEDED', applicationType: 12015 });
    expect(await rpcError(client.write([], { timeout: 20 }))).to.include({ code: 'DEADLINE_EXCEEDED' });
  });

  it('ends when its time is over, after what had come', async () => {
    const { client } = await chatting({ listen: twice });
    const replies = client.listen({ text: 'a' }, { timeout: 1500 });
    await new Promise(resolve => setTimeout(resolve, 1600));
    const [first, second, error] = await all(replies);
    expect([first, second]).to.deep.equal(['a', 'a']);
    expect(error).to.include({ code: 'DEADLINE_EXCEEDED' });
  });

  it('whose arguments throw takes no other with it that one of them began', async () => {
    const { client } = await chatting(handlers);
    await all(client.listen({ text: '' }));
    let other: AsyncIterable<unknown> | undefined;
    const trap = {
      get text(): string {
        other = client.listen({ text: 'ab' });
        throw new Error('trap');
      },
    };
    expect(String(await thrown(client.listen(trap)))).to.include('trap');
    expect(await all(other!)).to.deep.equal(['a', 'b']);
  });

  it('ends when the server gives it no more time', async () => {
    const { seen, handler } = endless();
    const { client } = await chatting({ listen: handler }, {}, { timeout: 30 });
    const error = await thrown(client.listen({ text: '' }));
    expect(error).to.include({
      code: 'DEADLINE_EXCEEDED',
      message: 'Chat.listen: the stream has not ended within 30 ms',
    });
    await until(() => seen.closed === 1);
  });

  it('ends when a message is waited for too long, but not while none is', async () => {
    const { client } = await chatting({ listen: twice });
    const replies = client.listen({ text: 'a' }, { messageTimeout: 400 });
    await replies.next();
    await new Promise(resolve => setTimeout(resolve, 500));
    expect((await replies.next()).value).to.include({ text: 'a' });
    const error = await rpcError(replies.next());
    expect(error.code).to.equal('DEADLINE_EXCEEDED');
    expect(error.message).to.include('within 400 ms (messageTimeout)');
  });
});
