import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeClient, makeServer, type Service } from '../../../src/index.ts';
import { loadSync } from '../../../src/load.ts';
import { rpcError } from '../../support/errors.ts';
import { closeAll, closing } from '../../support/peers.ts';

interface PingPongClient {
  ping(): Promise<string>;
  login(username: string, password: string): Promise<string>;
}

interface Connection {
  on(event: string, listener: (...args: unknown[]) => void): this;
  open(): void;
  close(): void;
}

/** What is used of npm's thrift, which has no types of its own. */
interface ThriftPackage {
  readonly TBufferedTransport: unknown;
  readonly TFramedTransport: unknown;
  readonly TBinaryProtocol: unknown;
  readonly TCompactProtocol: unknown;
  readonly TJSONProtocol: unknown;
  createHttpConnection(host: string, port: number, options: object): Connection;
  createHttpUDSConnection(path: string, options: object): Connection;
  createHttpClient(service: unknown, connection: Connection): PingPongClient;
  createWSConnection(host: string, port: number, options: object): Connection;
  createWSClient(service: unknown, connection: Connection): PingPongClient;
  createWebServer(options: object): Server;
}

const require = createRequire(new URL('./generated/package.json', import.meta.url));
const thrift = require('thrift') as ThriftPackage;
const generated = require('./PingPong.js') as unknown;
const { PingPong } = loadSync<{
  PingPong: Service<{ ping(): string; login(username: string, password: string): string }>;
}>(new URL('../../../idl/pingpong.thrift', import.meta.url));

const handler = {
  ping: () => 'pong',
  login: (username: string, password: string) => {
    if (password === '') throw new Error('no password');
    return `welcome ${username}`;
  },
};

const dialects = [
  ['binary', thrift.TBinaryProtocol, 'buffered', thrift.TBufferedTransport],
  ['compact', thrift.TCompactProtocol, 'buffered', thrift.TBufferedTransport],
  ['json', thrift.TJSONProtocol, 'buffered', thrift.TBufferedTransport],
  ['binary', thrift.TBinaryProtocol, 'framed', thrift.TFramedTransport],
] as const;

/** npm's web server, with one service at `/thrift`. */
async function npmServer(protocol: unknown, transport: unknown): Promise<number> {
  const server = thrift.createWebServer({
    services: {
      '/thrift': {
        processor: generated,
        handler: {
          ping: async () => 'pong',
          // It counts the parameters, to tell promises from callbacks.
          login: async (username: string, _password: string) => `welcome ${username}`,
        },
        protocol,
        transport,
      },
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing({
    async close() {
      server.close();
      server.closeAllConnections();
    },
  });
  return (server.address() as AddressInfo).port;
}

async function ownServer() {
  const server = closing(makeServer(PingPong, handler, { onError() {} }));
  return server.listen({ port: 0 });
}

afterEach(closeAll);

describe("npm's thrift", () => {
  for (const [protocol, npmProtocol, transport, npmTransport] of dialects) {
    const options = { protocol: npmProtocol, transport: npmTransport, path: '/thrift' };

    it(`calls over HTTP: ${protocol}, ${transport}`, async () => {
      const { port } = await ownServer();
      const connection = thrift.createHttpConnection('127.0.0.1', port, { ...options });
      const errors: unknown[] = [];
      connection.on('error', error => errors.push(error));
      const client = thrift.createHttpClient(generated, connection);
      expect(await client.ping()).to.equal('pong');
      expect(await client.login('root', 'pwd')).to.equal('welcome root');
      const failure = await client.login('root', '').catch((error: Error) => error);
      expect(failure).to.have.property('message', 'PingPong.login: internal error');
      expect(errors).to.deep.equal([]);
    });

    it(`calls over WebSocket, many at once: ${protocol}, ${transport}`, async () => {
      const { port } = await ownServer();
      const connection = thrift.createWSConnection('127.0.0.1', port, { ...options });
      connection.open();
      const client = thrift.createWSClient(generated, connection);
      const names = Array.from({ length: 20 }, (_, i) => `user ${i}`);
      const welcomes = await Promise.all(names.map(name => client.login(name, 'x')));
      expect(welcomes).to.deep.equal(names.map(name => `welcome ${name}`));
      connection.close();
    });

    if (transport === 'buffered') {
      it(`is called over HTTP: ${protocol}`, async () => {
        const port = await npmServer(npmProtocol, npmTransport);
        const client = closing(makeClient(PingPong, `http://127.0.0.1:${port}/thrift`, { protocol }));
        expect(await client.ping()).to.equal('pong');
        expect(await client.login('root', 'pwd')).to.equal('welcome root');
        const wrong = closing(makeClient(PingPong, `http://127.0.0.1:${port}/other`, { protocol }));
        const error = await rpcError(wrong.ping());
        expect(error.code).to.equal('PERMISSION_DENIED');
        expect(error.message)
          .to.include('No Apache Thrift Service at /other')
          .and.to.include('is the path right?');
      });
    }

    it(`is called over WebSocket, many at once: ${protocol}, ${transport}`, async () => {
      const port = await npmServer(npmProtocol, npmTransport);
      const client = closing(makeClient(PingPong, `ws://127.0.0.1:${port}/thrift`, { protocol, transport }));
      expect(await client.ping()).to.equal('pong');
      const names = Array.from({ length: 20 }, (_, i) => `user ${i}`);
      const welcomes = await Promise.all(names.map(name => client.login(name, 'x')));
      expect(welcomes).to.deep.equal(names.map(name => `welcome ${name}`));
      await client.$close();
    });
  }

  it('calls over HTTP on a Unix socket', async () => {
    const path = join(tmpdir(), `livethrift-npm-http-${process.pid}.sock`);
    const server = closing(makeServer(PingPong, handler));
    await server.listen({ path });
    const connection = thrift.createHttpUDSConnection(path, {});
    expect(await thrift.createHttpClient(generated, connection).ping()).to.equal('pong');
  });
});
