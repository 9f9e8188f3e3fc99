import { expect } from 'chai';
import { type DynamicModule, loadSource, loadSync, RpcError } from '../../src/index.ts';
import { BYTES, echoes, LARGE_BYTES, LARGE_TEXT, rejection, same, status } from './asserts.ts';
import type { Check } from './ours.ts';

export const everything: DynamicModule = loadSync(new URL('../../idl/everything.thrift', import.meta.url));

// The same service some releases away: fields gone, fields added, one of another type, and a method more.
export const otherRelease: DynamicModule = loadSource(`
  struct Scalars {
    4: i32 medium
    3: string small
    50: list<map<string, i64>> added
  }
  service Everything {
    string ping()
    i32 nope(1: string text)
    Scalars extremes(1: string which)
    Scalars echoScalars(1: Scalars value)
  }
`);

const { Colour, Containers, Defaults, Keyed, Optionals, Point, Scalars, Shape, Tree } = everything;

/** What our client asks of a server of everything.thrift. */
export const everythingChecks: Readonly<Record<string, Check>> = {
  ping: async ({ client }) => {
    expect(await client.ping()).to.equal('pong');
  },

  void: async ({ client }) => {
    expect(await client.nothing()).to.equal(undefined);
  },

  booleans: ({ client }) => echoes(client.echoBool, [true, false]),

  integers: async ({ client }) => {
    await echoes(client.echoI8, everything.TINIES);
    await echoes(client.echoI16, everything.SMALLS);
    await echoes(client.echoI32, everything.MEDIUMS);
    await echoes(client.echoI64, everything.LARGES);
    expect(await client.echoI64(42)).to.equal(42n);
  },

  doubles: ({ client }) => echoes(client.echoDouble, [...everything.REALS, 5e-324, 2.2250738585072014e-308]),

  'special doubles': ({ client }) => echoes(client.echoDouble, [Infinity, -Infinity, NaN]),

  'negative zero': ({ client }) => echoes(client.echoDouble, [-0]),

  texts: async ({ client }) => {
    await echoes(client.echoString, everything.TEXTS);
    await echoes(client.echoTexts, [everything.TEXTS, []]);
  },

  'control characters': ({ client }) => echoes(client.echoString, ['\0 and \x7f', '\ufeff\uffff\u{10ffff}']),

  binary: ({ client }) => echoes(client.echoBinary, [Uint8Array.of(), Uint8Array.of(0), BYTES]),

  enums: ({ client }) => echoes(client.echoColour, Object.values(Colour)),

  'enums beyond their names': async ({ client }) => {
    await echoes(client.echoColour, [7, -1, -2147483648]);
    expect((await client.echoScalars({ colour: 77 })).colour).to.equal(77);
  },

  extremes: async ({ client }) => {
    for (const [which, scalars] of everything.EXTREMES) {
      same(await client.extremes(which), scalars);
      await echoes(client.echoScalars, [scalars]);
    }
    expect(await rejection(client.extremes('nowhere')))
      .to.be.instanceOf(everything.NotFound)
      .with.include({
        message: 'nowhere',
      });
  },

  'optionals left out': async ({ client }) => {
    same(await client.unset(), new Optionals({}));
    await echoes(client.echoOptionals, [new Optionals({})]);
  },

  'optionals given': ({ client }) =>
    echoes(client.echoOptionals, [
      new Optionals({
        truth: false,
        tiny: 0,
        small: 0,
        medium: 0,
        large: 0n,
        real: 0,
        text: '',
        bytes: Uint8Array.of(),
        colour: Colour.RED,
        numbers: [],
        names: new Set(),
        labels: new Map(),
        scalars: everything.EXTREMES.get('lowest'),
      }),
      new Optionals({ text: 'alone' }),
      new Optionals({ truth: true, numbers: [1, 2] }),
    ]),

  'unset fields': async ({ client }) => {
    await echoes(client.echoContainers, [new Containers({})]);
    await echoes(client.echoScalars, [new Scalars({})]);
  },

  defaults: async ({ client }) => {
    same(await client.defaults(), new Defaults({}));
    await echoes(client.echoDefaults, [
      new Defaults({}),
      new Defaults({
        medium: 1,
        numbers: [],
        names: new Set(['a', 'b']),
        counts: new Map(),
        point: new Point({ x: 3, y: 4 }),
        offered: 0,
        nobody: ['x'],
      }),
    ]);
  },

  unions: ({ client }) =>
    echoes(client.echoShape, [
      new Shape({ number: -5 }),
      new Shape({ number: 0 }),
      new Shape({ text: 'a text' }),
      new Shape({ path: [new Point({ x: 0, y: 0 }), new Point({ x: 1, y: -1 })] }),
      new Shape({ scalars: everything.EXTREMES.get('highest') }),
      new Shape({ colour: Colour.GREEN }),
      new Shape({ named: new Map([['here', new Point({ x: 2, y: 3 })]]) }),
    ]),

  'nested containers': ({ client }) =>
    echoes(client.echoContainers, [
      new Containers({
        truths: [true, false, true],
        tinies: everything.TINIES,
        larges: everything.LARGES,
        reals: everything.REALS,
        blobs: [Uint8Array.of(), Uint8Array.of(0xff, 0, 0xfe)],
        colours: [Colour.BLUE, 99],
        smalls: new Set(everything.SMALLS),
        names: new Set(everything.TEXTS),
        labels: new Map([
          [-1, 'minus'],
          [0, ''],
          [2147483647, 'most'],
        ]),
        scalars: everything.EXTREMES,
        index: new Map([
          ['none', []],
          ['some', everything.LARGES],
        ]),
        deep: new Map([
          [
            1,
            new Map([
              ['a', [new Set([1, 2]), new Set()]],
              ['b', []],
            ]),
          ],
          [-2, new Map()],
        ]),
        deeper: [[[[[[[[1, 2], []]]]]], []]],
        rows: [
          new Map([['a', '1']]),
          new Map(),
          new Map([
            ['b', '2'],
            ['c', '3'],
          ]),
        ],
        shapes: [new Shape({ number: 1 }), new Shape({ text: 'two' })],
      }),
    ]),

  recursion: async ({ client }) => {
    let tree = new Tree({ value: 20, children: [] });
    for (let depth = 19; depth >= 0; depth--) {
      tree = new Tree({ value: depth, children: [new Tree({ value: 0 - depth, children: [] }), tree] });
    }
    await echoes(client.echoTree, [tree]);
  },

  'keys of any type': ({ client }) =>
    echoes(client.echoKeyed, [
      new Keyed({
        byPoint: new Map([
          [new Point({ x: 1, y: 2 }), 'a'],
          [new Point({ x: -1, y: 2 }), 'b'],
        ]),
        points: new Set([new Point({ x: 0, y: 0 }), new Point({ x: 0, y: 1 })]),
        byId: new Map([
          [-(2n ** 63n), 2n ** 63n - 1n],
          [0n, 1n],
        ]),
        byReal: new Map([
          [0.5, true],
          [-1.25, false],
        ]),
        byTruth: new Map([
          [true, 'yes'],
          [false, 'no'],
        ]),
        byColour: new Map([
          [Colour.GREEN, ['grass']],
          [1234, []],
        ]),
        byPath: new Map([
          [[], 'root'],
          [[1, 2], 'leaf'],
        ]),
      }),
    ]),

  'many arguments': async ({ client }) => {
    expect(await client.join(true, -1, -2, 3, 9007199254740993n, 'end')).to.equal(
      'true/-1/-2/3/9007199254740993/end',
    );
  },

  'declared exceptions': async ({ client }) => {
    for (const call of [client.fail, client.failVoid]) {
      const missed = await rejection(call('notFound'));
      expect(missed).to.be.instanceOf(everything.NotFound);
      expect(missed).to.include({ id: 404, message: 'no such thing: ü' });
      const denied = await rejection(call('denied'));
      expect(denied).to.be.instanceOf(everything.Denied);
      expect(denied).to.deep.include({
        reason: 'not yours',
        colour: Colour.BLUE,
        rights: ['read', 'write'],
        at: new Point({ x: -1, y: 1 }),
      });
      expect(await rejection(call('nothing'))).to.be.instanceOf(everything.Nothing);
    }
    expect(await client.fail('not at all')).to.equal(0);
    expect(await client.failVoid('not at all')).to.equal(undefined);
  },

  'undeclared errors': async ({ client }) => {
    expect(await rejection(client.fail('undeclared'))).to.be.instanceOf(RpcError);
    expect(await rejection(client.failVoid('undeclared'))).to.be.instanceOf(RpcError);
    expect(await client.ping()).to.equal('pong');
  },

  'undeclared errors say internal error': async ({ client }) => {
    expect(await status(client.fail('undeclared'))).to.equal('INTERNAL');
  },

  'missing results': async ({ client }) => {
    expect(await status(client.missing())).to.equal('INTERNAL');
    expect(await client.ping()).to.equal('pong');
  },

  'unknown methods': async ({ stranger }) => {
    expect(await rejection(stranger.nope('text'))).to.be.instanceOf(RpcError);
    expect(await stranger.ping()).to.equal('pong');
  },

  'unknown methods say so': async ({ stranger }) => {
    expect(await status(stranger.nope('text'))).to.equal('UNIMPLEMENTED');
  },

  'fields that one end does not know': async ({ stranger }) => {
    const { Scalars: Released } = otherRelease;
    const added = [new Map([['a', 1n]]), new Map()];
    same(await stranger.extremes('highest'), new Released({ medium: 2147483647 }));
    same(await stranger.echoScalars({ medium: 5, small: 'text', added }), new Released({ medium: 5 }));
  },

  oneway: async ({ client }) => {
    const counted = await client.counted();
    await client.count(3);
    await client.count(4);
    expect(await client.counted()).to.equal(counted + 7);
  },

  'sequence ids across the wrap': async ({ late }) => {
    const texts = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect(await Promise.all(texts.map(text => late.echoString(text)))).to.deep.equal(texts);
    for (const text of texts) expect(await late.echoString(text)).to.equal(text);
  },

  'many calls at once': async ({ client }) => {
    const texts = Array.from({ length: 200 }, (_, index) => `call ${index}`);
    expect(await Promise.all(texts.map(text => client.echoString(text)))).to.deep.equal(texts);
    const slow = [client.later(100, 'first'), client.later(0, 'second'), client.ping()];
    expect(await Promise.all(slow)).to.deep.equal(['first', 'second', 'pong']);
  },

  // The last: a server that loses its place in one may never find it again.
  'large messages': async ({ client }) => {
    await echoes(client.echoBinary, [LARGE_BYTES]);
    await echoes(client.echoString, [LARGE_TEXT]);
    await echoes(client.echoTexts, [Array.from({ length: 5_000 }, (_, index) => String(index))]);
  },
};
