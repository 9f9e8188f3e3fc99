import { RpcError } from '../errors/rpc-error.ts';

/** A connection of npm's `thrift`: what `createConnection`, `createHttpConnection`, `createWSConnection` ... give. */
export interface ApacheConnection {
  /** The classes it was made with. */
  readonly transport: unknown;
  readonly protocol: unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  removeListener(event: string, listener: (...args: unknown[]) => void): unknown;
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

/** Who waits for answers on a connection. */
export interface Waiting {
  /**
   * Nothing that was sent so far can be answered: the connection closed, was lost and is made again, was silent for
   * too long, or something on it went wrong.
   */
  fail(error: RpcError): void;
  /** There is a connection now. */
  opened?(): void;
}

const watches = new WeakMap<ApacheConnection, ConnectionWatch>();

/** Tells when calls can no longer be answered, as npm's connections do not tell their clients. One for each. */
export class ConnectionWatch {
  /** Why no call can be answered; undefined while there is, or may yet be, a connection. */
  lost: RpcError | undefined;
  readonly #connection: ApacheConnection;
  readonly #peer: string;
  readonly #waiting = new Set<Waiting>();
  #isConnected: boolean;

  /** The watch of a connection, with one more who waits. */
  static join(connection: ApacheConnection, waiting: Waiting): ConnectionWatch {
    let watch = watches.get(connection);
    if (watch === undefined) {
      watch = new ConnectionWatch(connection);
      watches.set(connection, watch);
    }
    watch.#waiting.add(waiting);
    return watch;
  }

  private constructor(connection: ApacheConnection) {
    this.#connection = connection;
    this.#peer = peerOf(connection);
    this.#isConnected = isOpen(connection);
    const { connection: socket, retry_timer: retrying } = connection as Parts;
    if (socket?.destroyed === true && !retrying) this.lost = this.#closed();
    for (const [event, listener] of Object.entries(this.#listeners)) connection.on(event, listener);
  }

  /** One who waits no more. */
  leave(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    watches.delete(this.#connection);
    for (const [event, listener] of Object.entries(this.#listeners))
      this.#connection.removeListener(event, listener);
  }

  readonly #up = (): void => {
    this.#isConnected = true;
    this.lost = undefined;
    for (const waiting of this.#waiting) waiting.opened?.();
  };

  readonly #listeners: Readonly<Record<string, (reason?: unknown) => void>> = {
    connect: this.#up,
    open: this.#up,
    error: reason => this.#fail(failed(this.#peer, reason)),
    timeout: () =>
      this.#fail(
        new RpcError('DEADLINE_EXCEEDED', `${this.#peer}: no word for too long`, { peer: this.#peer }),
      ),
    close: () => {
      this.#isConnected = false;
      this.lost = this.#closed();
      this.#fail(this.lost);
    },
    // What was called before there ever was a connection waits in its queue, and is sent yet.
    reconnecting: () => {
      if (!this.#isConnected) return;
      this.#isConnected = false;
      this.#fail(new RpcError('UNAVAILABLE', `${this.#peer}: the connection was lost`, { peer: this.#peer }));
    },
  };

  #fail(error: RpcError): void {
    for (const waiting of [...this.#waiting]) waiting.fail(error);
  }

  #closed(): RpcError {
    return new RpcError('UNAVAILABLE', `${this.#peer}: the connection is closed`, { peer: this.#peer });
  }
}

function failed(peer: string, reason: unknown): RpcError {
  const text = (reason as { message?: unknown } | undefined)?.message;
  return new RpcError('UNAVAILABLE', `${peer}: ${String(text ?? reason)}`, { peer, cause: reason });
}
