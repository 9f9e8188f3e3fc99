import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo, Server, Socket } from 'node:net';
import { resolve } from 'node:path';
import { type BenchClient, handler } from '../workloads/calls.ts';
import { type EchoMethod, structNames } from '../workloads/values.ts';
import { type CodecOf, type Contender, type Entrant, ownedCodec } from './contender.ts';
import { callerOf } from './promises.ts';

/** What is used of the package, which has no types of its own. */
interface ThriftPackage {
  readonly TBufferedTransport: TransportClass;
  readonly TFramedTransport: TransportClass;
  readonly TBinaryProtocol: new (transport: TransportObject) => object;
  createServer(service: unknown, handler: object, options: object): Server;
  createConnection(host: string, port: number, options: object): Socket;
  createClient(service: unknown, connection: Socket): BenchClient;
}

interface TransportObject {
  flush(): void;
  commitPosition(): void;
}

interface TransportClass {
  new (buffer: undefined, onFlush: (bytes: Buffer) => void): TransportObject;
  receiver(onData: (transport: TransportObject) => void): (bytes: Uint8Array) => void;
}

interface GeneratedStruct {
  write(protocol: object): void;
  read(protocol: object): void;
}

type Types = Readonly<Record<string, new (fields?: object) => GeneratedStruct>>;

// From the folder of the generated code, which is CommonJS as the package is.
const require = createRequire(resolve('spec/bench/generated/package.json'));
const thrift = require('thrift') as ThriftPackage;
const types = require('./bench_types.js') as Types;

const transportOf = ({ transport }: Entrant): TransportClass =>
  transport === 'framed' ? thrift.TFramedTransport : thrift.TBufferedTransport;

/** The constructors of the generated code copy nested values into structs. */
const native = (struct: EchoMethod, value: object): GeneratedStruct => new types[structNames[struct]]!(value);

/** npm's `thrift` with the code that Apache's compiler made, promises on both sides, defaults otherwise. */
export function npmThrift(entrant: Entrant): Contender {
  const service = require('./Bench.js') as unknown;
  const options = { transport: transportOf(entrant), protocol: thrift.TBinaryProtocol };
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
      return callerOf(thrift.createClient(service, connection), native, () => connection.end());
    },
  };
}

/** A struct through the transport's writer and its receiver, as a connection has it. */
export function npmThriftCodec(entrant: Entrant): CodecOf {
  const Transport = transportOf(entrant);
  const { TBinaryProtocol } = thrift;
  let written: Buffer;
  let value: GeneratedStruct;
  return struct => {
    const Class = types[structNames[struct]]!;
    const receive = Transport.receiver(transport => {
      value = new Class();
      value.read(new TBinaryProtocol(transport));
      transport.commitPosition();
    });
    return ownedCodec(
      fields => native(struct, fields),
      instance => {
        const transport = new Transport(undefined, bytes => (written = bytes));
        instance.write(new TBinaryProtocol(transport));
        transport.flush();
        return written;
      },
      bytes => {
        receive(bytes);
        return value;
      },
    );
  };
}
