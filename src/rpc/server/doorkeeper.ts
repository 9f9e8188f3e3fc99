import type { Socket } from 'node:net';
import { RpcError } from '../../errors/rpc-error.ts';
import type { ConnectionRules } from './connection-rules.ts';
import { Digest } from './digest.ts';
import type { Report } from './report.ts';

/** Counts the connections of a server, and lets no more in than it takes. */
export class Doorkeeper {
  readonly #rules: ConnectionRules;
  readonly #refused: Digest;
  #inside = 0;
  readonly #byHost = new Map<string, number>();

  constructor(rules: ConnectionRules, report: Report) {
    this.#rules = rules;
    this.#refused = new Digest(report);
  }

  /** Whether a connection may come in. One that may not is closed. */
  admits(socket: Socket): boolean {
    const { max, maxPerPeer } = this.#rules;
    const host = hostOf(socket);
    const ofHost = host === undefined ? 0 : (this.#byHost.get(host) ?? 0);
    if (this.#inside >= max) return this.#refuse(socket, host, `there are ${max} (connections.max)`);
    if (ofHost >= maxPerPeer)
      return this.#refuse(socket, host, `it has ${maxPerPeer} (connections.maxPerPeer)`);
    this.#inside++;
    if (host !== undefined) this.#byHost.set(host, ofHost + 1);
    socket.once('close', () => this.#left(host));
    return true;
  }

  #left(host: string | undefined): void {
    this.#inside--;
    if (host === undefined) return;
    const others = (this.#byHost.get(host) ?? 1) - 1;
    if (others === 0) this.#byHost.delete(host);
    else this.#byHost.set(host, others);
  }

  #refuse(socket: Socket, host: string | undefined, why: string): false {
    const peer = host ?? 'a client';
    this.#refused.tell({ peer }, () => {
      const text = `${peer} wanted one more connection, and was turned away: ${why}`;
      return new RpcError('RESOURCE_EXHAUSTED', text, { peer });
    });
    socket.on('error', ignore).destroy();
    return false;
  }
}

/** The IP address of the other end; undefined on Unix sockets, and for a client that has left already. */
function hostOf({ remoteAddress }: Socket): string | undefined {
  // As sockets that take both kinds of addresses write those of IPv4.
  return remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
}

function ignore(): void {}
