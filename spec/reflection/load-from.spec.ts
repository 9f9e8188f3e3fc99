import { expect } from 'chai';
import {
  type ChannelOptions,
  connect,
  describe as describeLoaded,
  fb303,
  IdlError,
  idl,
  type LoadFromOptions,
  loadFrom,
  loadSource,
  loadSync,
  makeClient,
  makeServer,
  reflection,
  type Service,
} from '../../src/index.ts';
import type { Schema, SchemaFile } from '../../src/reflection/contract.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { closeAll, closing, fakeServer } from '../support/peers.ts';
import { loaded, waitingHandler } from '../support/services.ts';
import { anything, saying, telling } from './served.ts';

type PingPongFile = typeof import('../../idl/pingpong.thrift');

const file = (name: string, text: string, includes: Readonly<Record<string, string>> = {}): SchemaFile => ({
  name,
  text,
  includes: new Map(Object.entries(includes)),
});

const pingPong = loadSync<PingPongFile>(new URL('../../idl/pingpong.thrift', import.meta.url));

afterEach(closeAll);

describe('loadFrom', () => {
  for (const options of [
    {},
    { protocol: 'compact', transport: 'header' },
    { protocol: 'json', transport: 'framed' },
    { transport: 'ttheader' },
  ] as const satisfies readonly ChannelOptions[]) {
    it(`gives the server's own service, typed, over ${JSON.stringify(options)}`, async () => {
      const server = telling(pingPong.PingPong);
      const { host, port } = await server.listen({ port: 0 });
      const { PingPong } = await loadFrom<PingPongFile>(`${host}:${port}`, options);
      const client = closing(makeClient(PingPong, { host, port }, options));
      const answer: string = await client.login('root', 'pwd');
      expect(answer).to.equal('something');
      const { methods, position } = describeLoaded(PingPong);
      expect(methods.get('ping')!.doc).to.equal('Answers "pong".');
      expect(position.file).to.equal(`${host}:${port}/pingpong.thrift`);
    });
  }

  it('goes over HTTP too, and over a channel that others share, which stays open', async () => {
    const server = closing(makeServer(loaded.PingPong, waitingHandler().handler));
    server.add(reflection());
    const { host, port } = await server.listen({ port: 0 });
    const channel = closing(connect(`http://${host}:${port}/`));
    for (let i = 0; i < 2; i++) {
      const { PingPong } = await loadFrom(channel, { timeout: 5000 });
      expect(await makeClient(PingPong, channel).ping()).to.equal('pong');
    }
    expect(await rejection(loadFrom(channel, { protocol: 'compact' }))).to.be.instanceOf(TypeError);
  });

  it('takes the module of the first service, or of the one that is named', async () => {
    const { A } = loadSource('service A {} struct OfA {}', { name: 'a.thrift' });
    const { B } = loadSource('include "a.thrift"\nservice B extends a.A {} service C {}', {
      name: 'b.thrift',
      include: () => 'service A {}',
    });
    const address = await telling(A, B).add(fb303()).listen({ port: 0 });
    expect(Object.keys(await loadFrom(address))).to.have.members(['A', 'OfA']);
    expect(Object.keys(await loadFrom(address, { service: 'B' }))).to.have.members(['a', 'B', 'C']);
    const { fb_status } = await loadFrom(address, { service: 'FacebookService' });
    expect(fb_status.ALIVE).to.equal(2);
    const error = await rpcError(loadFrom(address, { service: 'C' }));
    expect(error.code).to.equal('NOT_FOUND');
    expect(error.message).to.match(/tells: no service "C"; there are "A", "B", "FacebookService"$/);
  });

  it('finds reflection where the first service has a method of that name', async () => {
    const { Odd } = idl('service Odd { string getThriftSchema() string own() }');
    const address = await telling(Odd).listen({ port: 0 });
    expect(await loadFrom(address)).to.have.property('Odd');
  });

  it('loads as it is told', async () => {
    const { S } = loadSource(
      'struct N { 1: i64 n, 2: map<string, i64> m } service S { void go(1: optional i32 id) }',
      {
        onWarning() {},
      },
    );
    const address = await telling(S).listen({ port: 0 });
    const warnings: string[] = [];
    const onWarning: LoadFromOptions['onWarning'] = ({ code }) => warnings.push(code);
    const { N } = await loadFrom(address, { int64: 'number', maps: 'object', onWarning });
    expect(describeLoaded(N)).to.have.nested.property('fields[0].type.as', 'number');
    expect(describeLoaded(N)).to.have.nested.property('fields[1].type.as', 'object');
    expect(warnings).to.deep.equal(['optional-parameter']);
    expect(await rejection(loadFrom(address, { strict: true }))).to.be.instanceOf(IdlError);
  });

  it('refuses options that make no sense, before it connects', async () => {
    for (const [options, told] of [
      [{ int64: 'string' }, 'loadFrom: int64 is "bigint" or "number", got "string"'],
      [{ includeDirs: [] }, 'there is no option "includeDirs"'],
      [{ protocol: 'xml' }, 'protocol: expected one of'],
    ] as const) {
      const error = await rejection(loadFrom('127.0.0.1:1', options as object));
      expect(error).to.be.instanceOf(TypeError);
      expect((error as Error).message).to.include(told);
    }
  });

  it('says what to do where a server has no reflection', async () => {
    const address = await closing(makeServer(loaded.PingPong, anything as never)).listen({ port: 0 });
    const error = await rpcError(loadFrom(address));
    expect(error).to.include({ code: 'UNIMPLEMENTED', method: 'ThriftReflection.getThriftSchema' });
    expect(error.message).to.equal(
      `127.0.0.1:${address.port} does not tell its IDL: it has no service ThriftReflection; ` +
        'server.add(reflection()) adds it, where the server is ours',
    );
    expect(error.cause).to.include({ code: 'UNIMPLEMENTED' });
  });

  it('fails as calls do where nobody is there, or nobody answers', async () => {
    const silent = await fakeServer(() => {});
    expect(await rpcError(loadFrom(silent.address, { timeout: 1 }))).to.include({
      code: 'DEADLINE_EXCEEDED',
    });
    await silent.close();
    expect(await rpcError(loadFrom(silent.address))).to.include({ code: 'UNAVAILABLE' });
  });
});

describe('an IDL with errors, as a server tells it', () => {
  it('is an IdlError with code frames, which say where it came from', async () => {
    const address = await saying({
      services: [{ name: 'S', file: 'idl/main.thrift' }],
      files: [
        file('part.thrift', 'struct P { 1: Nothing no }'),
        file('idl/main.thrift', 'include "p.thrift"\nservice S { strin go( }', { 'p.thrift': 'part.thrift' }),
      ],
    });
    const error = await rejection(loadFrom(address));
    expect(error).to.be.instanceOf(IdlError);
    const place = `127.0.0.1:${address.port}`;
    expect((error as IdlError).message)
      .to.include(`${place}/part.thrift:1:15 error unknown-type`)
      .and.to.include(`${place}/idl/main.thrift:2:`)
      .and.to.include('  1 | struct P { 1: Nothing no }');
  });
});

describe('a server that tells nonsense of its IDL', () => {
  const services = [{ name: 'S', file: 'a.thrift' }];
  const a = file('a.thrift', 'service S {}');
  const many = (count: number) => Array.from({ length: count }, (_, i) => file(`f${i}.thrift`, ''));
  const includesOf = (count: number, of: string) =>
    new Map(Array.from({ length: count }, (_, i) => [`i${i}`, of]));

  const cases: readonly (readonly [string, Partial<Schema>, code: string, told: string])[] = [
    ['another hash', { services, files: [a], hash: 'abc' }, 'DATA_LOSS', 'and should be "abc"'],
    ['no service', { files: [a] }, 'NOT_FOUND', 'no service; there are none'],
    [
      'a service without its file',
      { services },
      'INTERNAL',
      'service "S" is in "a.thrift", which was not sent',
    ],
    [
      'a service that its file has not',
      { services: [{ name: 'T', file: 'a.thrift' }], files: [a] },
      'INTERNAL',
      'a.thrift defines no service "T"',
    ],
    [
      '10,000 files',
      { services, files: many(10_000) },
      'RESOURCE_EXHAUSTED',
      'it has 10000 files; no more than 1000',
    ],
    [
      'too much text',
      { services, files: [file('a.thrift', ' '.repeat(2 ** 21 + 1))] },
      'RESOURCE_EXHAUSTED',
      '2097153 characters; no more than 2097152',
    ],
    [
      'too many includes',
      { services, files: [...many(1), { ...a, includes: includesOf(10_001, 'f0.thrift') }] },
      'RESOURCE_EXHAUSTED',
      '10001 includes; no more than 10000',
    ],
    [
      'an include again and again',
      {
        services,
        files: [...many(1), file('a.thrift', 'include "x"\n'.repeat(10_001), { x: 'f0.thrift' })],
      },
      'RESOURCE_EXHAUSTED',
      '10001 includes; no more than 10000',
    ],
    [
      'a long name',
      { services, files: [file('x'.repeat(1001), '')] },
      'RESOURCE_EXHAUSTED',
      '1001 characters in a name; no more than 1000',
    ],
    ['two files of one name', { services, files: [a, a] }, 'INTERNAL', 'there are two files a.thrift'],
    [
      'a file that includes itself',
      { services, files: [file('a.thrift', 'include "a.thrift"', { 'a.thrift': 'a.thrift' })] },
      'INTERNAL',
      'a.thrift includes "a.thrift", "a.thrift", which is not among the files before it',
    ],
    [
      'files that include each other',
      {
        services,
        files: [
          file('a.thrift', 'include "b.thrift"', { 'b.thrift': 'b.thrift' }),
          file('b.thrift', 'include "a.thrift"', { 'a.thrift': 'a.thrift' }),
        ],
      },
      'INTERNAL',
      'a.thrift includes "b.thrift", "b.thrift", which is not among the files before it',
    ],
    [
      'an include of which it says nothing',
      { services, files: [file('a.thrift', 'include "b.thrift"\nservice S {}')] },
      'INTERNAL',
      'a.thrift includes "b.thrift", and does not say which file that is',
    ],
    ...[
      '/etc/a.thrift',
      '../a.thrift',
      'x/../a.thrift',
      'C:/a.thrift',
      'a\\b',
      '',
      'a//b',
      './a',
      'a\nb',
      '__proto__/..',
    ].map(
      name =>
        [
          `the name ${JSON.stringify(name)}`,
          { services: [{ name: 'S', file: name }], files: [file(name, 'service S {}')] },
          'INTERNAL',
          `a file has the name ${JSON.stringify(name)}; expected a relative path without ".."`,
        ] as const,
    ),
  ];
  for (const [what, schema, code, told] of cases) {
    it(`is refused: ${what}`, async () => {
      const address = await saying(schema);
      const error = await rpcError(loadFrom(address));
      expect(error.message).to.include(`the IDL that 127.0.0.1:${address.port} tells: `).and.to.include(told);
      expect(error).to.include({
        code,
        method: 'ThriftReflection.getThriftSchema',
        peer: `127.0.0.1:${address.port}`,
      });
      expect(error.message.length).to.be.lessThan(500);
    });
  }

  it('may name things as every object has them', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const files = names.map((name, i) =>
      i === 0
        ? file(name, 'struct P {}')
        : file(
            name,
            `include "${names[i - 1]}"\nservice S {}`,
            JSON.parse(`{"${names[i - 1]}":"${names[i - 1]}"}`),
          ),
    );
    const address = await saying({ services: [{ name: 'S', file: 'toString' }], files });
    const module = await loadFrom<{ S: Service }>(address, { onWarning() {} });
    expect(module.S.name).to.equal('S');
  });
});
