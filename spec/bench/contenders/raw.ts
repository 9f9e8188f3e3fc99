import { once } from 'node:events';
import { statSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { WorkloadName } from '../workloads/calls.ts';
import { CHUNK } from '../workloads/chunks.ts';
import { messageFile } from '../workloads/messages.ts';
import type { Caller, Contender, Load } from './contender.ts';

/**
 * The ceiling: sockets that carry as many bytes for as many calls, and nothing else. No headers, no codec, no
 * promises; what one read completes is answered by one write. A connection begins with the two sizes.
 */
export const raw: Contender = {
  async serve() {
    const server = createServer({ noDelay: true }, socket =>
      socket.once('data', (sizes: Buffer) => answer(socket, sizes)),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  },
  async connect(port) {
    const caller = new RawCaller(port);
    await caller.open('ping');
    return caller;
  },
};

const GREETING = 8;
const FILLING = 0x61;
/** Bytes around a message of a stream. */
const FRAMING = 44;

function answer(socket: Socket, sizes: Buffer): void {
  const [requestSize, replySize] = [sizes.readInt32BE(0), sizes.readInt32BE(4)];
  const replies = new Copies(replySize);
  if (requestSize === 0) return pour(socket, replies.bytes(Math.floor(POURED / replySize)));
  let received = 0;
  socket.on('data', chunk => {
    received += chunk.length;
    const whole = Math.floor(received / requestSize);
    received -= whole * requestSize;
    if (whole > 0) socket.write(replies.bytes(whole));
  });
  // The sizes are in the kernel's hands alone: the client waits for this before it sends more.
  socket.write(sizes.subarray(0, GREETING));
}

/** Bytes of a write of a stream. */
const POURED = 64 * 1024;

/** Writes without end, as long as there is room. */
function pour(socket: Socket, bytes: Buffer): void {
  const on = (): void => {
    while (socket.writable && socket.write(bytes));
  };
  // Once per turn, or nobody else would have one.
  socket.on('drain', () => setImmediate(on)).on('error', () => {});
  on();
}

/** One message's bytes, over and over. */
class Copies {
  readonly #size: number;
  #filled: Buffer = Buffer.alloc(0);

  constructor(size: number) {
    this.#size = size;
  }

  bytes(count: number): Buffer {
    const length = count * this.#size;
    if (length > this.#filled.length) this.#filled = Buffer.alloc(length * 2, FILLING);
    return this.#filled.subarray(0, length);
  }
}

/** One connection for each workload, since their sizes differ. */
class RawCaller implements Caller {
  readonly #port: number;
  readonly #lines = new Map<WorkloadName, Promise<RawLine>>();

  constructor(port: number) {
    this.#port = port;
  }

  async verify(workload: WorkloadName): Promise<void> {
    const { calls } = await (await this.open(workload)).run(3, 0);
    if (calls !== 3) throw new Error(`expected 3 replies, got ${calls}`);
  }

  async load(workload: WorkloadName, inFlight: number, ms: number): Promise<Load> {
    return (await this.open(workload)).run(inFlight, ms);
  }

  open(workload: WorkloadName): Promise<RawLine> {
    let line = this.#lines.get(workload);
    if (line === undefined) {
      line = RawLine.open(this.#port, workload);
      this.#lines.set(workload, line);
    }
    return line;
  }

  /** What a connection brings of messages with the header of a frame each. */
  pour(ms: number): Promise<Load> {
    const size = CHUNK + FRAMING;
    const end = performance.now() + ms;
    const buffer = Buffer.allocUnsafeSlow(64 * 1024);
    return new Promise((done, failed) => {
      let received = 0;
      const callback = (length: number): boolean => {
        received += length;
        if (performance.now() > end) {
          socket.destroy();
          done({ calls: Math.floor(received / size), latencies: [] });
        }
        return true;
      };
      const socket = connect({
        host: '127.0.0.1',
        port: this.#port,
        noDelay: true,
        onread: { buffer, callback },
      });
      const sizes = Buffer.alloc(GREETING);
      sizes.writeInt32BE(size, 4);
      socket.once('error', failed).write(sizes);
    });
  }

  close(): void {
    for (const line of this.#lines.values()) void line.then(opened => opened.close());
  }
}

class RawLine {
  readonly #socket: Socket;
  readonly #requests: Copies;
  readonly #requestSize: number;
  readonly #replySize: number;
  #onBytes: (bytes: Buffer, length: number) => void = () => {};

  private constructor(port: number, workload: WorkloadName) {
    this.#requestSize = statSync(messageFile(workload, 'request')).size;
    this.#replySize = statSync(messageFile(workload, 'reply')).size;
    this.#requests = new Copies(this.#requestSize);
    const buffer = Buffer.allocUnsafeSlow(64 * 1024);
    const callback = (length: number): boolean => {
      this.#onBytes(buffer, length);
      return true;
    };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread: { buffer, callback } });
  }

  static async open(port: number, workload: WorkloadName): Promise<RawLine> {
    const line = new RawLine(port, workload);
    const sizes = Buffer.alloc(GREETING);
    sizes.writeInt32BE(line.#requestSize, 0);
    sizes.writeInt32BE(line.#replySize, 4);
    await new Promise<void>((resolve, reject) => {
      line.#onBytes = () => resolve();
      line.#socket.once('error', reject);
      line.#socket.write(sizes);
    });
    return line;
  }

  close(): void {
    this.#socket.end();
  }

  /** As `Caller.load`; in 0 ms every one of `inFlight` calls is made once. */
  run(inFlight: number, ms: number): Promise<Load> {
    return new Promise((resolve, reject) => {
      const latencies: number[] = [];
      let [calls, waiting, received] = [0, inFlight, 0];
      let over = ms === 0;
      let sentAt = performance.now();
      if (!over) setTimeout(() => (over = true), ms);
      this.#onBytes = (bytes, length) => {
        if (bytes[0] !== FILLING || bytes[length - 1] !== FILLING) reject(new Error('other bytes came back'));
        received += length;
        const whole = Math.floor(received / this.#replySize);
        received -= whole * this.#replySize;
        calls += whole;
        if (inFlight === 1 && whole === 1) {
          const now = performance.now();
          latencies.push((now - sentAt) * 1000);
          sentAt = now;
        }
        if (over) {
          waiting -= whole;
          if (waiting === 0) resolve({ calls, latencies });
        } else if (whole > 0) this.#socket.write(this.#requests.bytes(whole));
      };
      this.#socket.write(this.#requests.bytes(inFlight));
    });
  }
}
