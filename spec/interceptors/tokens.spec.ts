import { expect } from 'chai';
import { cachedToken, type ExpiringToken, TokenCache } from '../../src/interceptors/tokens.ts';
import { rejection } from '../support/errors.ts';
import { settle } from '../support/peers.ts';
import { ManualTiming } from '../support/timing.ts';

interface Facing {
  readonly timing: ManualTiming;
  readonly tokens: TokenCache;
  readonly asked: () => number;
  /** What the next answer is; with `hold` it comes by hand. */
  readonly answers: (ExpiringToken | Error | Promise<ExpiringToken>)[];
}

/** Tokens `t1`, `t2`, ..., each good for 100 s, unless there are other answers. */
function facing(early?: number): Facing {
  const timing = new ManualTiming();
  const answers: Facing['answers'] = [];
  let asked = 0;
  const fetch = async () => {
    asked++;
    const answer = await (answers.shift() ?? { token: `t${asked}`, expiresAt: timing.now() + 100_000 });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const tokens = new TokenCache(fetch, early === undefined ? {} : { early }, timing);
  return { timing, tokens, answers, asked: () => asked };
}

describe('a token that is kept', () => {
  it('is asked for once, by all who need it', async () => {
    const { tokens, asked } = facing();
    expect(await Promise.all([tokens.get(), tokens.get(), tokens.get()])).to.deep.equal(['t1', 't1', 't1']);
    expect(tokens.get(), 'without waiting').to.equal('t1');
    expect(asked()).to.equal(1);
  });

  it('is replaced before it expires, while calls go on with it', async () => {
    const { tokens, timing, asked } = facing(20_000);
    await tokens.get();
    timing.pass(79_999);
    tokens.get();
    expect(asked()).to.equal(1);
    timing.pass(1);
    expect([tokens.get(), tokens.get()]).to.deep.equal(['t1', 't1']);
    expect(asked()).to.equal(2);
    await settle();
    expect(tokens.get()).to.equal('t2');
  });

  it('is not replaced all the time when it is good for a moment only', async () => {
    const { tokens, timing, asked, answers } = facing();
    answers.push({ token: 'short', expiresAt: timing.now() + 1000 });
    await tokens.get();
    timing.pass(749);
    expect(tokens.get()).to.equal('short');
    expect(asked()).to.equal(1);
    timing.pass(1);
    tokens.get();
    expect(asked()).to.equal(2);
  });

  it('is not used when its time is over', async () => {
    const { tokens, timing } = facing();
    await tokens.get();
    timing.pass(100_000);
    expect(await tokens.get()).to.equal('t2');
  });

  it('is good until it is refused, when nobody says how long', async () => {
    const { tokens, timing, answers } = facing();
    answers.push({ token: 'eternal' });
    await tokens.get();
    timing.pass(10 ** 12);
    expect(tokens.get()).to.equal('eternal');
    expect(await tokens.get('eternal')).to.equal('t2');
  });

  it('is not replaced for one who was refused with an older one', async () => {
    const { tokens, asked } = facing();
    await tokens.get();
    expect(await Promise.all([tokens.get('t1'), tokens.get('t1')])).to.deep.equal(['t2', 't2']);
    expect(tokens.get('t1')).to.equal('t2');
    expect(asked()).to.equal(2);
  });

  it('that cannot be had is the error of who waits for it; the next one asks again', async () => {
    const { tokens, answers } = facing();
    answers.push(new Error('down'));
    const both = await Promise.all([
      rejection(tokens.get() as Promise<string>),
      rejection(tokens.get() as Promise<string>),
    ]);
    expect(both.map(String)).to.deep.equal(['Error: down', 'Error: down']);
    expect(await tokens.get()).to.equal('t2');
  });

  it('serves on when another cannot be had, and asks again after a pause', async () => {
    const { tokens, timing, answers, asked } = facing(20_000);
    await tokens.get();
    timing.pass(80_000);
    answers.push(new Error('down'));
    for (let i = 0; i < 3; i++) {
      expect(tokens.get()).to.equal('t1');
      await settle();
    }
    expect(asked()).to.equal(2);
    timing.pass(1000);
    tokens.get();
    await settle();
    expect(tokens.get()).to.equal('t3');
  });

  it('must be one that a header can carry, and is not told if it is none', async () => {
    for (const token of ['two words', 'line\nbreak', 'schlüssel', '', undefined]) {
      const source = cachedToken(() => ({ token: token as string }));
      const error = await rejection(source.get() as Promise<string>);
      expect(error).to.be.instanceOf(TypeError);
      expect(String(error)).to.match(/^TypeError: token: expected a text of visible ASCII/);
      if (token !== undefined && token !== '') expect(String(error)).not.to.include(token);
    }
    expect(() => cachedToken('x' as never)).to.throw(TypeError, "cachedToken: expected a function, got 'x'");
  });
});
