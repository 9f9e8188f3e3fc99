import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { TcpAddress, UnixAddress } from '../../src/index.ts';

/** A server of raw bytes, written for one test: it knows nothing of Thrift. */
export interface FakeServer {
  readonly address: TcpAddress;
  readonly sockets: readonly Socket[];
  /** Takes no further connections, and leaves those there are. */
  refuse(): Promise<void>;
  close(): Promise<void>;
}

/** ms that a condition may take to come true on a busy machine. */
const PATIENCE = 9000;

interface Closable {
  close(options?: { readonly grace?: number }): Promise<void>;
}

const open: Closable[] = [];

/** Remembers what a test opened, for `closeAll`. */
export function closing<T extends Closable>(resource: T): T {
  open.push(resource);
  return resource;
}

/** Closes what the last test opened; to be called after each. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map(resource => resource.close({ grace: 0 })));
}

/** Listens on a free port; `serve` is given each connection. */
export async function fakeServer(
  serve: (socket: Socket, nth: number) => void,
  port = 0,
): Promise<FakeServer> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => {
      // A client that breaks off is what many of these tests are about.
    });
    sockets.push(socket);
    serve(socket, sockets.length);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address() as { port: number };
  return closing({
    address: { host: '127.0.0.1', port: bound.port },
    sockets,
    async refuse() {
      server.close();
      // The port is free when a server that was told to close has left its turn.
      await new Promise(resolve => setImmediate(resolve));
    },
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  });
}

/** A server that waits for `size` bytes of each connection, and answers them with what `answer` gives. */
export function answering(size: number, answer: (request: Buffer) => Uint8Array): Promise<FakeServer> {
  return fakeServer(socket => {
    let got = Buffer.alloc(0);
    socket.on('data', chunk => {
      got = Buffer.concat([got, chunk]);
      while (got.length >= size) {
        socket.write(answer(got.subarray(0, size)));
        got = got.subarray(size);
      }
    });
  });
}

/** A client of raw bytes. */
export class RawClient {
  readonly socket: Socket;
  /** As servers know it: `127.0.0.1:52144`. */
  name = '';
  #chunks: Buffer[] = [];
  #length = 0;
  #closed = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket
      .on('data', chunk => {
        this.#chunks.push(chunk);
        this.#length += chunk.length;
        this.#wake();
      })
      .on('error', () => {
        // A server that breaks off is what many of these tests are about.
      })
      .on('close', () => {
        this.#closed = true;
        this.#wake();
      });
  }

  static async connect(address: TcpAddress | UnixAddress): Promise<RawClient> {
    const socket = connect({ ...address, noDelay: true });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    client.name = `${socket.localAddress}:${socket.localPort}`;
    return closing(client);
  }

  send(...parts: readonly Uint8Array[]): this {
    this.socket.write(Buffer.concat(parts));
    return this;
  }

  /** The next `size` bytes. Fails when the connection ends before. */
  async read(size: number): Promise<Buffer> {
    while (this.#length < size) {
      if (this.#closed) throw new Error(`closed after ${this.#length} of ${size} bytes`);
      await this.#changed();
    }
    const all = this.unread;
    this.#chunks = [all.subarray(size)];
    this.#length -= size;
    return all.subarray(0, size);
  }

  /** All that comes until the server closes. */
  async readToEnd(): Promise<Buffer> {
    while (!this.#closed) await this.#changed();
    return this.unread;
  }

  /** What came and was not read. */
  get unread(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }

  async close(): Promise<void> {
    this.socket.destroy();
    while (!this.#closed) await this.#changed();
  }

  #changed(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve;
    });
  }
}

/** Resolves when `condition` holds; looks once per turn of the event loop, for `patience` ms at the most. */
export async function until(condition: () => boolean, patience: number = PATIENCE): Promise<void> {
  const end = performance.now() + patience;
  while (!condition()) {
    // Or it would turn for ever, long after its test has failed.
    if (performance.now() > end) throw new Error(`it did not come true within ${patience} ms: ${condition}`);
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** A few turns of the event loop: enough for what is on its way between two ends in this process. */
export async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise(resolve => setImmediate(resolve));
}
