import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { expect } from 'chai';
import { makeClient } from '../../src/client.ts';
import { RpcError } from '../../src/errors/rpc-error.ts';
import { loadSource } from '../../src/load.ts';
import { makeServer, type ServerOptions } from '../../src/server.ts';

const file = (name: string) =>
  readFileSync(new URL(`../support/certificates/${name}`, import.meta.url), 'utf8');
const ca = file('ca.crt');
const identity = (name: string) => ({ key: file(`${name}.key`), cert: file(`${name}.crt`) });

const { PingPong } = loadSource(
  'service PingPong { string ping() binary echo(1: binary bytes) oneway void tell() }',
);
const handler = { ping: () => 'pong', echo: (bytes: Uint8Array) => bytes, tell() {} };

function serve(options: ServerOptions = {}) {
  const heard: unknown[] = [];
  const server = makeServer(PingPong, handler, {
    onError: error => heard.push(error),
    tls: identity('server'),
    ...options,
  });
  return { server, heard };
}

const failure = (call: Promise<unknown>): Promise<RpcError> =>
  call.then(
    () => expect.fail('the call succeeded'),
    error => error,
  );

describe('TLS', () => {
  it('is served on one port with plain clients', async () => {
    const { server } = serve();
    const { port } = await server.listen({ port: 0 });
    await using secure = makeClient(PingPong, `thrifts://localhost:${port}`, { tls: { ca } });
    await using framed = makeClient(
      PingPong,
      { host: '127.0.0.1', port },
      { tls: { ca }, transport: 'framed', protocol: 'compact' },
    );
    await using plain = makeClient(PingPong, { host: '127.0.0.1', port });
    expect(await Promise.all([secure.ping(), framed.ping(), plain.ping()])).to.deep.equal([
      'pong',
      'pong',
      'pong',
    ]);
    const bytes = new Uint8Array(3_000_000).fill(7);
    expect(await secure.echo(bytes)).to.deep.equal(bytes);
    await secure.tell();
    await server.close();
  });

  it('refuses plain clients where it is required, and says so to the operator', async () => {
    const { server, heard } = serve({ tls: { ...identity('server'), required: true } });
    const { port } = await server.listen({ port: 0 });
    await using plain = makeClient(PingPong, { host: '127.0.0.1', port });
    expect(await failure(plain.ping())).to.include({ code: 'UNAVAILABLE' });
    expect(String(heard[0])).to.include('does not speak TLS, which is required here');
    await server.close();
  });

  it('checks the certificate and its name, and sends nothing before', async () => {
    const { server } = serve({ tls: identity('other') });
    const { port } = await server.listen({ port: 0 });
    const wrongName = await failure(
      makeClient(PingPong, { host: 'localhost', port }, { tls: { ca } }).ping(),
    );
    expect(wrongName).to.include({ code: 'UNAVAILABLE' });
    expect(wrongName.message).to.include('other.test').and.to.include('ERR_TLS_CERT_ALTNAME_INVALID');
    const unknown = await failure(makeClient(PingPong, { host: 'localhost', port }, { tls: true }).ping());
    expect(unknown.message).to.match(/unknown authority|self-signed/);
    await using named = makeClient(
      PingPong,
      { host: 'localhost', port },
      { tls: { ca, servername: 'other.test' } },
    );
    expect(await named.ping()).to.equal('pong');
    await server.close();
  });

  it('is mutual when the server asks for certificates', async () => {
    const { server, heard } = serve({
      tls: { ...identity('server'), ca, requestCert: true, rejectUnauthorized: true, required: true },
    });
    const { port } = await server.listen({ port: 0 });
    await using known = makeClient(
      PingPong,
      { host: 'localhost', port },
      { tls: { ca, ...identity('client') } },
    );
    expect(await known.ping()).to.equal('pong');
    const stranger = makeClient(PingPong, { host: 'localhost', port }, { tls: { ca } });
    const refused = await failure(stranger.ping());
    expect(refused).to.include({ code: 'UNAVAILABLE' });
    expect((refused as Error).message).to.include(
      'if it asks for a certificate, give { tls: { key, cert } }',
    );
    expect(heard).to.have.length(1);
    await server.close();
  });

  it('takes new certificates for new connections', async () => {
    const { server } = serve();
    const { port } = await server.listen({ port: 0 });
    const shown = async () => {
      const socket = connectTls({ host: 'localhost', port, ca, checkServerIdentity: () => undefined });
      await once(socket, 'secureConnect');
      const { subject }: PeerCertificate = socket.getPeerCertificate();
      socket.destroy();
      return subject.CN;
    };
    expect(await shown()).to.equal('server');
    server.renewTls(identity('other'));
    expect(await shown()).to.equal('other');
    await server.close();
    expect(() => makeServer(PingPong, handler).renewTls(identity('other'))).to.throw(
      TypeError,
      'without tls',
    );
  });

  it('works over Unix sockets', async () => {
    const path = join(tmpdir(), `livethrift-tls-${process.pid}.sock`);
    const { server } = serve();
    await server.listen({ path });
    await using client = makeClient(PingPong, { path }, { tls: { ca, servername: 'localhost' } });
    expect(await client.ping()).to.equal('pong');
    await server.close();
  });

  it('names the mistake when only one end speaks it', async () => {
    const plain = makeServer(PingPong, handler, { onError: () => {} });
    const { port } = await plain.listen({ port: 0 });
    const error = await failure(
      makeClient(PingPong, { host: '127.0.0.1', port }, { tls: true, timeout: 2000 }).ping(),
    );
    expect(error).to.be.instanceOf(RpcError).with.property('code', 'UNAVAILABLE');
    await plain.close();
  });

  it('keeps no server open for a handshake that never ends, nor for a client that says nothing', async () => {
    const { server } = serve();
    const { port } = await server.listen({ port: 0 });
    const sockets = [connectPlain({ port, host: '127.0.0.1' }), connectPlain({ port, host: '127.0.0.1' })];
    const [silent, stuck] = sockets as [(typeof sockets)[0], (typeof sockets)[0]];
    for (const socket of sockets) socket.on('error', () => {});
    await Promise.all(sockets.map(socket => once(socket, 'connect')));
    stuck.write(Buffer.from('1603010200010001fc0303', 'hex'));
    await new Promise(resolve => setTimeout(resolve, 20));
    const gone = Promise.all([silent, stuck].map(socket => once(socket, 'close')));
    await server.close({ grace: 50 });
    await gone;
  });
});
