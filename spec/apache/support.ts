import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';
import thriftPackage from 'thrift';
import type {
  ApacheClientClass,
  ApacheConnection,
  ApacheProtocol,
  ApacheService,
  ApacheTransport,
} from '../../src/apache/apache.ts';
import { type InputOf, loadSync, type Service, type StructClass } from '../../src/index.ts';
import { closing } from '../support/peers.ts';

export interface Item {
  name: string;
  count: number | undefined;
}

export interface Order {
  id: number;
  paid?: boolean | undefined;
  tiny?: number | undefined;
  small?: number | undefined;
  large?: bigint | undefined;
  real?: number | undefined;
  text?: string | undefined;
  bytes?: Uint8Array | undefined;
  colour?: number | undefined;
  names?: string[] | undefined;
  numbers?: Set<number> | undefined;
  counts?: Map<string, bigint> | undefined;
  items?: Item[] | undefined;
  byId?: Map<number, Item> | undefined;
  rows?: number[][] | undefined;
  gift?: boolean | undefined;
  parent?: Order | undefined;
}

export interface Either {
  number?: number;
  text?: string;
  item?: Item;
}

export interface NotFound extends Error {
  id: number;
}

interface BaseMethods {
  ping(): string;
}

export interface ShopMethods extends BaseMethods {
  echo(order: InputOf<Shop['Order']>): Order;
  either(value: Either): Either;
  find(id: number): Item;
  remove(id: number): void;
  add(a: bigint, b: bigint): bigint;
  flags(flags: boolean[]): boolean[];
  note(text: string): void;
  notes(): string[];
}

/** A handler sees what was decoded. */
interface ShopHandled extends Omit<ShopMethods, 'echo'> {
  echo(order: Order): Order;
}

export interface Shop {
  readonly Item: StructClass<Item, { name: string; count?: number }>;
  readonly Order: StructClass<Order, { readonly [K in keyof Order]: Order[K] | null }>;
  readonly Either: StructClass<Either>;
  readonly NotFound: StructClass<NotFound, { id?: number; message?: string }>;
  readonly Base: Service<BaseMethods>;
  readonly Shop: Service<ShopMethods, ShopHandled>;
}

export const shop: Shop = loadSync<Shop>(fileURLToPath(new URL('shop.thrift', import.meta.url)));

/** A class of npm's protocols or transports; transports say how they take bytes from a socket. */
interface Protocol {
  new (transport: object): ApacheProtocol;
}

export interface Transport {
  new (
    input: Buffer | undefined,
    flushed: (data: Buffer) => void,
  ): ApacheTransport & { setCurrSeqId(id: number): void };
  receiver(take: (transport: ApacheTransport) => void): (data: Buffer) => void;
}

export interface NpmOptions {
  readonly protocol?: Protocol;
  readonly transport?: Transport;
  readonly path?: string;
  readonly max_attempts?: number;
  readonly timeout?: number;
  readonly tls?: SecureContextOptions;
}

export interface NpmConnection extends ApacheConnection {
  client?: unknown;
  on(event: string, listener: (...args: unknown[]) => void): this;
  once(event: string, listener: (...args: unknown[]) => void): this;
  listenerCount(event: string): number;
  end(): void;
  open(): void;
  close(): void;
}

type Serving = Readonly<Record<string, object>>;

/** The package as its users see it. */
export interface Npm {
  readonly Thrift: typeof thriftPackage.Thrift;
  readonly Int64: typeof thriftPackage.Int64;
  readonly TBinaryProtocol: Protocol;
  readonly TCompactProtocol: Protocol;
  readonly TJSONProtocol: Protocol;
  readonly THeaderProtocol: Protocol;
  readonly TBufferedTransport: Transport;
  readonly TFramedTransport: Transport;
  readonly MultiplexedProcessor: new () => { registerProcessor(name: string, processor: object): void };
  readonly Multiplexer: new () => {
    createClient<C>(name: string, service: Of<C>, connection: ApacheConnection): C;
  };
  setLogFunc(log: (text: string) => void): void;
  createServer(service: object, handler: object, options?: NpmOptions): Server;
  createMultiplexServer(processor: object, options?: NpmOptions): Server;
  createWebServer(options: { services: Serving }): Server;
  createConnection(host: string, port: number, options: NpmOptions): NpmConnection;
  createUDSConnection(path: string, options: NpmOptions): NpmConnection;
  createSSLConnection(host: string, port: number, options: SecureContextOptions): NpmConnection;
  createHttpConnection(host: string, port: number, options: NpmOptions): NpmConnection;
  createWSConnection(host: string, port: number, options: NpmOptions): NpmConnection;
  createStdIOConnection(command: string): NpmConnection;
  createClient<C>(service: Of<C>, connection: ApacheConnection): C;
  createHttpClient<C>(service: Of<C>, connection: ApacheConnection): C;
  createWSClient<C>(service: Of<C>, connection: ApacheConnection): C;
}

type Of<C> = { readonly Client: new (output: ApacheTransport, pClass: never) => C };

export const npm: Npm = thriftPackage as unknown as Npm;

// Its TCompactProtocol warns of every call that overlaps another.
npm.setLogFunc(() => {});

/** Generated clients give and take npm's own values: of those nothing is known here. */
export type GeneratedClient = {
  readonly _reqs: Record<number, (error: unknown, result?: unknown) => void>;
} & {
  readonly [K in keyof ShopMethods]: (...args: readonly unknown[]) => Promise<unknown>;
};

interface GeneratedStruct {
  read(input: ApacheProtocol): void;
  write(output: ApacheProtocol): void;
}

// From the folder of the generated code, which is CommonJS as the package is.
const require = createRequire(new URL('generated/package.json', import.meta.url));

export const generated: {
  readonly Client: new (output: ApacheTransport, pClass: never) => GeneratedClient;
  readonly Processor: new (handler: object) => object;
} = require('./Shop.js');

export const types: Readonly<
  Record<keyof Shop, new (init?: object) => GeneratedStruct & Record<string, unknown>>
> = require('./shop_types.js');

export type OurClient = InstanceType<ApacheClientClass<Shop['Shop']>>;
export type OurService = ApacheService<Shop['Shop']>;

/** What npm's `thrift` can speak with itself: all its protocols over both its transports. */
export const dialects: readonly { readonly name: string; readonly options: NpmOptions }[] = (
  ['TBinaryProtocol', 'TCompactProtocol', 'TJSONProtocol', 'THeaderProtocol'] as const
).flatMap(protocol =>
  (['TBufferedTransport', 'TFramedTransport'] as const).map(transport => ({
    name: `${protocol} over ${transport}`,
    options: { protocol: npm[protocol], transport: npm[transport] },
  })),
);

/** What a server said with 'error' events; without a listener they would end the process. */
export interface Listening {
  readonly port: number;
  readonly server: Server;
  readonly errors: readonly unknown[];
  readonly sockets: readonly Socket[];
}

export async function listen(server: Server): Promise<Listening> {
  const errors: unknown[] = [];
  const sockets: Socket[] = [];
  server.on('error', error => errors.push(error));
  server.on('connection', (socket: Socket) => sockets.push(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing({
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  });
  return { port: (server.address() as AddressInfo).port, server, errors, sockets };
}

/** A connection that is ended when the test is over. Its errors are the test's business, not the process's. */
export function dial(port: number, options: NpmOptions = {}): NpmConnection {
  const connection = npm.createConnection('127.0.0.1', port, options);
  connection.on('error', () => {});
  closing({ close: async () => connection.end() });
  return connection;
}

/** An order with every field set but those that npm's protocols bend. */
export function fullOrder(): Order {
  const { Item, Order } = shop;
  const items = [new Item({ name: 'tea', count: 2 }), new Item({ name: 'Ökotee ☕', count: -1 })];
  return new Order({
    id: 7,
    paid: true,
    tiny: -128,
    small: 32767,
    large: -9007199254740993n,
    real: 1.1,
    text: 'a "b" \\ ü\n',
    bytes: Buffer.from([0, 255, 128, 1]),
    colour: 2,
    names: ['x', ''],
    numbers: new Set([3, 1, 2]),
    counts: new Map([
      ['most', 2n ** 63n - 1n],
      ['least', -(2n ** 63n)],
      ['none', 0n],
    ]),
    items,
    byId: new Map([[5, items[0]!]]),
    rows: [[1, 2], [], [3]],
    gift: true,
    parent: new Order({ id: -1, names: [], numbers: new Set(), counts: new Map() }),
  });
}
