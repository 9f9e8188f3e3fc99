import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { TcpAddress } from '../../src/index.ts';
import { closing } from '../support/peers.ts';

/** What becomes of bytes that do not pass: they are lost without a word, or break the connection. */
export type Fate = 'drop' | 'reset';

/** Decides for each direction, after so many bytes of a connection. */
export interface Rule {
  readonly direction: 'up' | 'down';
  /** Bytes that still pass. */
  readonly after: number;
  readonly fate: Fate;
}

/** A network between a client and a server, which can be made worse. */
export class BadNetwork {
  readonly address: TcpAddress;
  /** Connections that came. */
  count = 0;
  /** Holds for connections to come, and for those that are there. */
  rule: Rule | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, target: () => TcpAddress) {
    this.#server = server;
    const { port } = server.address() as { port: number };
    this.address = { host: '127.0.0.1', port };
    server.on('connection', socket => this.#join(socket, connect(target())));
  }

  static async before(target: TcpAddress | (() => TcpAddress)): Promise<BadNetwork> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return closing(new BadNetwork(server, typeof target === 'function' ? target : () => target));
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, server: Socket): void {
    this.count++;
    this.#pass(client, server, 'up');
    this.#pass(server, client, 'down');
  }

  #pass(from: Socket, to: Socket, direction: Rule['direction']): void {
    let passed = 0;
    this.#sockets.add(from);
    from
      .on('error', () => to.resetAndDestroy())
      .on('close', () => {
        this.#sockets.delete(from);
        // What was dropped is not told of its end, either: that is what half-open means.
        if (this.#limit(direction) === undefined) to.destroy();
      })
      .on('end', () => to.end())
      .on('data', (chunk: Buffer) => {
        const rule = this.#limit(direction);
        const room = rule === undefined ? chunk.length : Math.max(0, rule.after - passed);
        passed += chunk.length;
        if (room > 0) to.write(chunk.subarray(0, room));
        if (rule?.fate === 'reset' && room < chunk.length) {
          // After what may still pass.
          setImmediate(() => {
            from.resetAndDestroy();
            to.resetAndDestroy();
          });
        }
      });
  }

  #limit(direction: Rule['direction']): Rule | undefined {
    return this.rule?.direction === direction ? this.rule : undefined;
  }
}
