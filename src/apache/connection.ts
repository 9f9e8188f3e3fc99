import { RpcError } from '../errors/rpc-error.ts';
import type { Callback } from './client.ts';
import type { ApacheProtocolClass, ApacheTransport } from './protocol.ts';

/** A connection of npm's `thrift`: what `createConnection`, `createHttpConnection`, `createWSConnection` ... give. */
export interface ApacheConnection {
  readonly transport: new (...args: never[]) => ApacheTransport;
  readonly protocol: ApacheProtocolClass;
  on(event: string, listener: (...args: never[]) => void): unknown;
  removeListener(event: string, listener: (...args: never[]) => void): unknown;
  write(data: Buffer, seqid?: number): void;
}

/** Its parts that not every kind has. */
interface Parts {
  readonly host?: string;
  readonly port?: number | string;
  readonly socketPath?: string;
  readonly path?: string;
  readonly url?: string;
  /** The socket. */
  readonly connection?: { readonly destroyed?: boolean };
  readonly retry_timer?: unknown;
  readonly connected?: boolean;
  isOpen?(): boolean | null;
}

/** The other end as errors name it. */
export function peerOf(connection: ApacheConnection): string {
  const { host, port, socketPath, path, url } = connection as Parts;
  if (host !== undefined) return `${host}:${port}`;
  return url ?? `unix:${socketPath ?? path}`;
}

/** True when what is written now is sent now. A connection that is made for each call is always open. */
export function isOpen(connection: ApacheConnection): boolean {
  const { connected, isOpen: asked } = connection as Parts;
  if (asked !== undefined) return asked.call(connection) === true;
  return connected ?? true;
}

/** Tells when calls of a connection can no longer be answered, which npm's connections do not tell their clients. */
export class ConnectionWatch {
  /** Why no call can be answered; undefined while there is, or may yet be, a connection. */
  lost: RpcError | undefined;
  readonly #connection: ApacheConnection;
  readonly #listeners: Readonly<Record<string, (reason?: unknown) => void>>;

  /**
   * `fail` is called when nothing that was sent so far can be answered: the connection closed, was lost and is
   * made again, was silent for too long, or something on it went wrong.
   */
  constructor(connection: ApacheConnection, fail: (error: RpcError) => void, opened: () => void = () => {}) {
    this.#connection = connection;
    const peer = peerOf(connection);
    const { connection: socket, retry_timer: retrying } = connection as Parts;
    const closed = () => new RpcError('UNAVAILABLE', `${peer}: the connection is closed`, { peer });
    if (socket?.destroyed === true && !retrying) this.lost = closed();
    let connected = isOpen(connection);
    const up = () => {
      connected = true;
      this.lost = undefined;
      opened();
    };
    this.#listeners = {
      connect: up,
      open: up,
      error: reason => fail(failed(peer, reason)),
      timeout: () => fail(new RpcError('DEADLINE_EXCEEDED', `${peer}: the connection timed out`, { peer })),
      close: () => {
        connected = false;
        this.lost = closed();
        fail(this.lost);
      },
      // What was called before there ever was a connection waits in its queue, and is sent yet.
      reconnecting: () => {
        if (connected) fail(new RpcError('UNAVAILABLE', `${peer}: the connection was lost`, { peer }));
        connected = false;
      },
    };
    for (const [event, listener] of Object.entries(this.#listeners)) connection.on(event, listener);
  }

  stop(): void {
    for (const [event, listener] of Object.entries(this.#listeners))
      this.#connection.removeListener(event, listener);
  }
}

function failed(peer: string, reason: unknown): RpcError {
  const text = (reason as { message?: unknown } | undefined)?.message;
  return new RpcError('UNAVAILABLE', `${peer}: ${String(text ?? reason)}`, { peer, cause: reason });
}

/** A client of npm's `thrift`, ours or generated. */
interface Client {
  readonly _reqs: Record<number, Callback<never>>;
  _lost?: RpcError | undefined;
}

/**
 * Gives back a client whose calls end when their connection does; npm's own never end then. Ours or a generated
 * one: `settling(thrift.createClient(PingPong, connection), connection)`. When the connection closes, is lost, or
 * emits `error` or `timeout`, what was called before rejects with an RpcError (UNAVAILABLE, DEADLINE_EXCEEDED);
 * so do calls of our clients on a connection that is closed. An HTTP connection does not say which of its calls
 * failed: all that are under way do. `error` events no longer end the process.
 */
export function settling<C extends { readonly _reqs: object }>(client: C, connection: ApacheConnection): C {
  const own = client as unknown as Client;
  const watch = new ConnectionWatch(connection, error => {
    for (const [seqid, done] of Object.entries(own._reqs)) {
      // Those below 0 are npm's own, of replies that are being read.
      if (Number(seqid) <= 0) continue;
      delete own._reqs[Number(seqid)];
      done(error);
    }
  });
  if ('_lost' in own) Object.defineProperty(own, '_lost', { get: () => watch.lost });
  return client;
}
