import { expect } from 'chai';
import { type DynamicModule, loadSync, makeClient } from '../../src/index.ts';
import { BYTES, echoes, LARGE_BYTES, rejection, same, status } from './asserts.ts';
import { type PeerServer, startServer, TRANSPORTS } from './peers.ts';

// As loose as the module that its service comes from.
type Client = DynamicModule[string];

const essentials = loadSync(new URL('../../idl/essentials.thrift', import.meta.url));

describe('our client of Essentials', () => {
  const { Defaults, Either, Level, Point, Record, Tree } = essentials;

  for (const transport of TRANSPORTS) {
    describe(`calling thriftpy, ${transport}`, () => {
      let server: PeerServer;
      let client: Client;

      before(async () => {
        server = await startServer('thriftpy', transport);
        client = makeClient(essentials.Essentials, `127.0.0.1:${server.port}`, { transport, timeout: 5000 });
      });

      after(async () => {
        await server.stop();
        await client.$close();
      });

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

      it('ping', async () => {
        expect(await client.ping()).to.equal('pong');
      });

      it('void', async () => {
        expect(await client.nothing()).to.equal(undefined);
      });

      it('integers', () => echoes(client.echoI64, essentials.LARGES));

      it('doubles', () => echoes(client.echoDouble, [0, -0, 0.1, 5e-324, Infinity, -Infinity, NaN]));

      it('texts', () =>
        echoes(client.echoTexts, [essentials.TEXTS, [], ['\0 and \x7f', '\ufeff\u{10ffff}']]));

      it('binary', () => echoes(client.echoBinary, [Uint8Array.of(), BYTES, LARGE_BYTES]));

      it('enums', () => echoes(client.echoLevel, Object.values(Level)));

      it('enums beyond their names', () => echoes(client.echoLevel, [7, -1, -2147483648]));

      it('structs', () =>
        echoes(client.echoRecord, [
          record({}),
          record({ truth: true, tiny: 127, small: 32767, medium: 2147483647, large: 2n ** 63n - 1n }),
          record({ at: new Point({ x: 0, y: 0 }), note: '' }),
        ]));

      it('unset fields', async () => {
        same(await client.unset(), new Record({}));
        await echoes(client.echoRecord, [new Record({})]);
      });

      it('defaults', async () => {
        same(await client.defaults(), new Defaults({}));
        await echoes(client.echoDefaults, [
          new Defaults({ medium: 1, numbers: [], counts: new Map(), offered: 0 }),
        ]);
      });

      it('unions', () =>
        echoes(client.echoEither, [
          new Either({ number: 0 }),
          new Either({ text: 'a text' }),
          new Either({ path: [new Point({ x: 1, y: -1 })] }),
        ]));

      it('recursion', async () => {
        let tree = new Tree({ value: 20, children: [] });
        for (let depth = 19; depth >= 0; depth--) tree = new Tree({ value: depth, children: [tree] });
        await echoes(client.echoTree, [tree]);
      });

      it('many arguments', async () => {
        expect(await client.join(true, -1, -2, 3, 9007199254740993n, 'end')).to.equal(
          'true/-1/-2/3/9007199254740993/end',
        );
      });

      it('declared exceptions', async () => {
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
      });

      it('missing results', async () => {
        expect(await status(client.missing())).to.equal('INTERNAL');
        expect(await client.ping()).to.equal('pong');
      });

      it('oneway', async () => {
        const counted = await client.counted();
        await client.count(3);
        await client.count(4);
        expect(await client.counted()).to.equal(counted + 7);
      });

      it('a server that hangs up where its handler fails', async () => {
        expect(await status(client.fail('undeclared'))).to.equal('UNAVAILABLE');
        expect(await client.ping()).to.equal('pong');
      });
    });
  }
});
