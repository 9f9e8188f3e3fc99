import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo, Server, Socket } from 'node:net';
import { resolve } from 'node:path';
import { handler, type PingPong } from '../workloads.ts';
import type { Contender, Transport } from './contender.ts';
import { callerOf } from './promises.ts';

/** What is used of the package, which has no types of its own. */
interface ThriftPackage {
  readonly TBufferedTransport: unknown;
  readonly TFramedTransport: unknown;
  readonly TBinaryProtocol: unknown;
  createServer(service: unknown, handler: object, options: object): Server;
  createConnection(host: string, port: number, options: object): Socket;
  createClient(service: unknown, connection: Socket): PingPong;
}

// From the folder of the generated code, which is CommonJS as the package is.
const require = createRequire(resolve('spec/bench/generated/package.json'));

/** npm's `thrift` with the code that Apache's compiler made, promises on both sides, defaults otherwise. */
export function npmThrift(transport: Transport): Contender {
  const thrift = require('thrift') as ThriftPackage;
  const service = require('./PingPong.js') as unknown;
  const options = {
    transport: transport === 'framed' ? thrift.TFramedTransport : thrift.TBufferedTransport,
    protocol: thrift.TBinaryProtocol,
  };
  return {
    async serve() {
      const server = thrift.createServer(service, handler, options);
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return (server.address() as AddressInfo).port;
    },
    async connect(port) {
      const connection = thrift.createConnection('127.0.0.1', port, options);
      await once(connection, 'connect');
      connection.on('error', error => {
        throw error;
      });
      return callerOf(thrift.createClient(service, connection));
    },
  };
}
