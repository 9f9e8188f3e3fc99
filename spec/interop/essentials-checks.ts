import { expect } from 'chai';
import { type DynamicModule, loadSync } from '../../src/index.ts';
import { BYTES, echoes, LARGE_BYTES, rejection, same, status } from './asserts.ts';
import type { Check } from './ours.ts';

export const essentials: DynamicModule = loadSync(new URL('../../idl/essentials.thrift', import.meta.url));

const { Defaults, Either, Level, Point, Record, Tree } = essentials;

const record = (changes: object) =>
  new Record({
    truth: false,
    tiny: -128,
    small: -32768,
    medium: -2147483648,
    large: -(2n ** 63n),
    real: 0.1,
    text: 'ü',
    bytes: Uint8Array.of(0xff, 0, 0xfe),
    level: Level.LOW,
    larges: essentials.LARGES,
    names: new Set(['one', 'two']),
    index: new Map([
      ['', []],
      [
        'a',
        [
          new Map([
            [1, 'one'],
            [-2, ''],
          ]),
          new Map(),
        ],
      ],
    ]),
    points: new Map([
      [0n, new Point({ x: 1, y: 2 })],
      [2n ** 62n, new Point({ x: -1, y: -2 })],
    ]),
    ...changes,
  });

/** What our client asks of a server of essentials.thrift. */
export const essentialsChecks: Readonly<{ [name: string]: Check }> = {
  ping: async ({ client }) => {
    expect(await client.ping()).to.equal('pong');
  },

  void: async ({ client }) => {
    expect(await client.nothing()).to.equal(undefined);
  },

  integers: ({ client }) => echoes(client.echoI64, essentials.LARGES),

  doubles: ({ client }) => echoes(client.echoDouble, [0, -0, 0.1, 5e-324, Infinity, -Infinity, NaN]),

  texts: ({ client }) =>
    echoes(client.echoTexts, [essentials.TEXTS, [], ['\0 and \x7f', '\ufeff\u{10ffff}']]),

  binary: ({ client }) => echoes(client.echoBinary, [Uint8Array.of(), BYTES, LARGE_BYTES]),

  enums: ({ client }) => echoes(client.echoLevel, Object.values(Level)),

  'enums beyond their names': ({ client }) => echoes(client.echoLevel, [7, -1, -2147483648]),

  structs: ({ client }) =>
    echoes(client.echoRecord, [
      record({}),
      record({ truth: true, tiny: 127, small: 32767, medium: 2147483647, large: 2n ** 63n - 1n }),
      record({ at: new Point({ x: 0, y: 0 }), note: '' }),
    ]),

  'unset fields': async ({ client }) => {
    same(await client.unset(), new Record({}));
    await echoes(client.echoRecord, [new Record({})]);
  },

  defaults: async ({ client }) => {
    same(await client.defaults(), new Defaults({}));
    await echoes(client.echoDefaults, [
      new Defaults({ medium: 1, numbers: [], counts: new Map(), offered: 0 }),
    ]);
  },

  unions: ({ client }) =>
    echoes(client.echoEither, [
      new Either({ number: 0 }),
      new Either({ text: 'a text' }),
      new Either({ path: [new Point({ x: 1, y: -1 })] }),
    ]),

  recursion: async ({ client }) => {
    let tree = new Tree({ value: 20, children: [] });
    for (let depth = 19; depth >= 0; depth--) tree = new Tree({ value: depth, children: [tree] });
    await echoes(client.echoTree, [tree]);
  },

  'many arguments': async ({ client }) => {
    expect(await client.join(true, -1, -2, 3, 9007199254740993n, 'end')).to.equal(
      'true/-1/-2/3/9007199254740993/end',
    );
  },

  'declared exceptions': async ({ client }) => {
    for (const call of [client.fail, client.failVoid]) {
      const missed = await rejection(call('notFound'));
      expect(missed).to.be.instanceOf(essentials.NotFound);
      expect(missed).to.include({ id: 404, message: 'no such thing: ü' });
      const denied = await rejection(call('denied'));
      expect(denied).to.be.instanceOf(essentials.Denied);
      expect(denied).to.deep.include({
        reason: 'not yours',
        level: Level.HIGH,
        rights: ['read', 'write'],
      });
    }
    expect(await client.fail('not at all')).to.equal(0);
    expect(await client.failVoid('not at all')).to.equal(undefined);
  },

  'missing results': async ({ client }) => {
    expect(await status(client.missing())).to.equal('INTERNAL');
    expect(await client.ping()).to.equal('pong');
  },

  oneway: async ({ client }) => {
    const counted = await client.counted();
    await client.count(3);
    await client.count(4);
    expect(await client.counted()).to.equal(counted + 7);
  },

  // It hangs up where its handler fails.
  'undeclared errors': async ({ client }) => {
    expect(await status(client.fail('undeclared'))).to.equal('UNAVAILABLE');
    expect(await client.ping()).to.equal('pong');
  },
};
