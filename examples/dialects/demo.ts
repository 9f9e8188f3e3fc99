/** One server on one port, and clients that each speak to it in another dialect. */
import { type ClientOptions, load, makeClient, makeServer, saslPlain, saslPlainServer } from 'livethrift';
import { startTap } from './tap.ts';

const { PingPong } = await load<typeof import('../../idl/pingpong.thrift')>(
  new URL('../../idl/pingpong.thrift', import.meta.url),
);

const server = makeServer(
  PingPong,
  {
    ping: () => 'pong',
    login: (username, _password, { user, metadata }) =>
      [username, user && `known as ${user}`, metadata.get('lang') && `who reads ${metadata.get('lang')}`]
        .filter(Boolean)
        .join(', '),
  },
  { sasl: { mechanisms: [saslPlainServer((_user, password) => password === 'secret')], optional: true } },
);
const tap = await startTap(await server.listen({ port: 0 }));
const { port } = tap.address;

const http = `http://127.0.0.1:${port}/thrift`;
const dialects: readonly (readonly [name: string, address: string, options: ClientOptions])[] = [
  ['binary', `127.0.0.1:${port}`, {}],
  ['compact, framed', `127.0.0.1:${port}`, { protocol: 'compact', transport: 'framed' }],
  ['THeader, with metadata', `127.0.0.1:${port}`, { transport: 'header', headers: { lang: 'en' } }],
  ['TTHeader, as Kitex has it', `127.0.0.1:${port}`, { transport: 'ttheader', headers: { lang: 'zh' } }],
  ['compressed', `127.0.0.1:${port}`, { zlib: true }],
  ['after SASL, as Hive asks for it', `127.0.0.1:${port}`, { sasl: saslPlain('hue', 'secret') }],
  ['JSON over HTTP', http, { protocol: 'json', headers: { lang: 'de' } }],
  ['binary over WebSocket', `ws://127.0.0.1:${port}/thrift`, {}],
];

for (const [name, address, options] of dialects) {
  await using client = makeClient(PingPong, address, options);
  const answer = await client.login('ada', 'secret');
  const text = tap
    .first()
    .toString('latin1', 0, 20)
    .replace(/[^ -~]/g, '·');
  console.log(`${name.padEnd(31)} ${tap.first().toString('hex', 0, 8)}  ${text}  -> ${answer}`);
}

await server.close();
await tap.close();
