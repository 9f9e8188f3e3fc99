import { expect } from 'chai';
import { observed } from '../../src/rpc/observed.ts';
import { rejection } from '../support/errors.ts';

/** A stream of two messages that tells what it is asked for, and what is told of its end. */
function watching(own: Partial<AsyncIterator<unknown>> = {}) {
  const asked: string[] = [];
  const ended: unknown[] = [];
  let count = 0;
  const stream = {
    [Symbol.asyncIterator]: () => stream,
    async next() {
      asked.push('next');
      return count < 2 ? { done: false, value: ++count } : { done: true, value: undefined };
    },
    async return() {
      asked.push('return');
      return { done: true, value: undefined };
    },
    ...own,
  };
  const watch = async (result: unknown) =>
    observed(
      async () => result,
      failure => ended.push(failure?.error ?? 'well'),
    );
  return { stream, asked, ended, watch };
}

type Messages = AsyncIterableIterator<unknown>;

describe('a stream whose end somebody is told of', () => {
  it('has ended once, with its last message, however often it is asked or closed then', async () => {
    const { stream, ended, watch } = watching();
    const messages = (await watch(stream)) as Messages;
    expect([(await messages.next()).value, (await messages.next()).value]).to.deep.equal([1, 2]);
    expect(ended).to.deep.equal([]);
    expect((await messages.next()).done).to.equal(true);
    await messages.next();
    await messages.return!();
    expect(ended).to.deep.equal(['well']);
  });

  it('is closed, and has ended, also before it was asked for anything', async () => {
    const { stream, asked, ended, watch } = watching();
    const messages = (await watch(stream)) as Messages;
    expect(await messages.return!()).to.deep.equal({ done: true, value: undefined });
    expect(asked).to.deep.equal(['return']);
    expect(ended).to.deep.equal(['well']);
  });

  it('is closed while a message is waited for', async () => {
    const { stream, asked, ended, watch } = watching({ next: () => new Promise(() => {}) });
    const messages = (await watch(stream)) as Messages;
    void messages.next();
    await messages.return!();
    expect(asked).to.deep.equal(['return']);
    expect(ended).to.deep.equal(['well']);
  });

  it('may stand behind a first answer', async () => {
    const { stream, asked, ended, watch } = watching();
    const [first, messages] = (await watch(['first', stream])) as [string, AsyncDisposable];
    expect(first).to.equal('first');
    await messages[Symbol.asyncDispose]();
    expect(asked).to.deep.equal(['return']);
    expect(ended).to.deep.equal(['well']);
  });

  it('tells what it fails with, or cannot be closed or iterated over for', async () => {
    const fails = () => Promise.reject(new Error('broken'));
    for (const [own, name] of [
      [{ next: fails }, 'next'],
      [{ return: fails }, 'return'],
    ] as const) {
      const { stream, ended, watch } = watching(own);
      const messages = (await watch(stream)) as Messages;
      expect(String(await rejection(messages[name]!()))).to.equal('Error: broken');
      expect(ended.map(String)).to.deep.equal(['Error: broken']);
    }
    const { ended, watch } = watching();
    const odd = {
      [Symbol.asyncIterator]() {
        throw new Error('not twice');
      },
    };
    expect(String(await rejection(((await watch(odd)) as Messages).next()))).to.equal('Error: not twice');
    expect(ended.map(String)).to.deep.equal(['Error: not twice']);
  });
});
