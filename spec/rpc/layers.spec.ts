import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type Address,
  type ClientOptions,
  type Context,
  connect,
  loadSource,
  makeClient,
  makeServer,
  RpcError,
  type ServerOptions,
  saslPlain,
  saslPlainServer,
} from '../../src/index.ts';
import { answering, closeAll, closing, fakeServer } from '../support/peers.ts';

const { Echo } = loadSource('service Echo { string who() binary echo(1: binary bytes) oneway void tell() }');
const handler = {
  who: ({ user }: Context) => user ?? 'nobody',
  echo: (bytes: Uint8Array) => bytes,
  tell() {},
};
const file = (name: string) =>
  readFileSync(new URL(`../support/certificates/${name}`, import.meta.url), 'utf8');
const tls = { key: file('server.key'), cert: file('server.crt') };
const ca = file('ca.crt');

const check = saslPlainServer((user, password) => password === `${user}'s secret`);
const ada = saslPlain('ada', "ada's secret");

async function serve(options: ServerOptions = {}, address: Address = { host: '127.0.0.1', port: 0 }) {
  const heard: unknown[] = [];
  const server = closing(makeServer(Echo, handler, { onError: error => heard.push(error), ...options }));
  const bound = await server.listen(address);
  return { heard, client: (own: ClientOptions) => closing(makeClient(Echo, bound, own)) };
}

const failure = (call: Promise<unknown>): Promise<RpcError> =>
  call.then(
    () => expect.fail('the call succeeded'),
    error => error,
  );

const large = new Uint8Array(3_000_000).map((_, i) => i * 7919);

describe('a zlib stream', () => {
  afterEach(closeAll);

  for (const options of [
    {},
    { transport: 'framed' },
    { protocol: 'compact' },
    { protocol: 'json', transport: 'framed' },
    { transport: 'header' },
  ] as const) {
    it(`carries ${JSON.stringify(options)}, recognised by the server`, async () => {
      const { client } = await serve();
      const user = client({ ...options, zlib: true });
      expect(await Promise.all([user.who(), user.echo(large), user.tell(), user.who()])).to.deep.equal([
        'nobody',
        large,
        undefined,
        'nobody',
      ]);
    });
  }

  it('goes over TLS and Unix sockets', async () => {
    const path = join(tmpdir(), `${randomUUID()}.sock`);
    const [secure, local] = [await serve({ tls }), await serve({}, { path })];
    expect(await secure.client({ zlib: true, tls: { ca, servername: 'localhost' } }).who()).to.equal(
      'nobody',
    );
    expect(await local.client({ zlib: true }).who()).to.equal('nobody');
  });

  it('that the server does not speak is told by the answer', async () => {
    const peer = await answering(10, () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await failure(closing(makeClient(Echo, peer.address, { zlib: true })).who());
    expect(error).to.include({ code: 'UNAVAILABLE' });
    expect(error.message).to.include('the peer did not send zlib, but HTTP');
  });
});

describe('SASL', () => {
  afterEach(closeAll);
  const sasl = { mechanisms: [check] };

  for (const protocol of ['binary', 'compact', 'json'] as const) {
    it(`tells handlers who the client is, in ${protocol}`, async () => {
      const { client } = await serve({ sasl });
      const user = client({ protocol, sasl: ada });
      expect(await Promise.all([user.who(), user.echo(large), user.tell(), user.who()])).to.deep.equal([
        'ada',
        large,
        undefined,
        'ada',
      ]);
    });
  }

  it('goes over TLS', async () => {
    const { client } = await serve({ sasl, tls: { ...tls, required: true } });
    expect(await client({ sasl: ada, tls: { ca, servername: 'localhost' } }).who()).to.equal('ada');
  });

  it('turns away who has the wrong password, and says so to both ends', async () => {
    const { client, heard } = await serve({ sasl });
    const error = await failure(client({ sasl: saslPlain('ada', 'guess') }).who());
    expect(error).to.be.instanceOf(RpcError).and.include({ code: 'UNAUTHENTICATED', method: 'Echo.who' });
    expect(error.message).to.include('the user name or the password is wrong');
    expect(String(heard)).to.include('was refused by PLAIN: the user name or the password is wrong');
  });

  it('turns away who says nothing of itself, whatever the dialect', async () => {
    const { client, heard } = await serve({ sasl });
    for (const options of [{}, { protocol: 'json' }, { transport: 'header' }, { zlib: true }] as const) {
      expect(await failure(client(options).who())).to.include({ code: 'UNAVAILABLE' });
      expect(String(heard.at(-1))).to.include('does not speak SASL, which is required here');
    }
  });

  it('is asked of nobody where it is optional, and of who speaks it all the same', async () => {
    const { client } = await serve({ sasl: { ...sasl, optional: true } });
    expect(await client({}).who()).to.equal('nobody');
    expect(await client({ sasl: ada }).who()).to.equal('ada');
    expect(await failure(client({ sasl: saslPlain('ada', 'guess') }).who())).to.include({
      code: 'UNAUTHENTICATED',
    });
  });

  it('is refused by a server that does not serve it', async () => {
    const { client, heard } = await serve();
    const error = await failure(client({ sasl: ada }).who());
    expect(error).to.include({ code: 'UNAVAILABLE' });
    expect(error.message).to.include('does this port expect SASL?');
    expect(String(heard)).to.include('speaks SASL, which is not served here');
  });

  it('ends a negotiation that is never finished, on both ends', async () => {
    const limits = { partial: 50 };
    const { heard } = await serve({ sasl, limits });
    const silent = await fakeServer(() => {});
    const error = await failure(closing(makeClient(Echo, silent.address, { sasl: ada, limits })).who());
    expect(error).to.include({ code: 'DEADLINE_EXCEEDED' });
    expect(heard).to.deep.equal([]);
  });

  it('takes options that make sense', () => {
    expect(() => connect('h:1', { sasl: {} as never })).to.throw(TypeError, 'sasl: expected a mechanism');
    expect(() => connect('h:1', { sasl: ada, transport: 'framed' })).to.throw(TypeError, 'frames of its own');
    expect(() => makeServer(Echo, handler, { sasl: { mechanisms: [] } })).to.throw(
      TypeError,
      'sasl.mechanisms',
    );
  });
});
