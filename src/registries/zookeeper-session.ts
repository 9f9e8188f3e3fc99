import type { Socket } from 'node:net';
import type { Client } from 'node-zookeeper-client';
import { Attempts } from './attempts.ts';

/** ms that ZooKeeper may take to answer. */
const PATIENCE = 5000;
/** ms from an answer to the next question whether it is still there. */
const BETWEEN = 5000;

/** What a session is for. */
export interface SessionUser {
  /** There is a session, and nothing that was asked or watched in an earlier one counts. */
  connected(client: Client): void;
  /** It ended, or there is none to be had; the next one is begun by itself. */
  lost(error: Error): void;
}

/** What is used of the insides of node-zookeeper-client, which waits for servers that are silent. */
interface Insides {
  readonly connectionManager: {
    readonly socket?: Socket;
    readonly connectTimeoutHandler?: NodeJS.Timeout;
    onSocketConnected(): void;
  };
}

/**
 * One session after the other, each with a client of its own. What the package does itself about lost connections is
 * not used: its clients end with their session, keep half a message for the next connection, and never notice a
 * server that fell silent.
 */
export class ZookeeperSession {
  readonly #make: () => Client;
  readonly #user: SessionUser;
  readonly #attempts = new Attempts();
  #client: Client | undefined;
  #end: (() => Promise<void>) | undefined;

  /** `make` gives a client that is not connected yet. */
  constructor(make: () => Client, user: SessionUser) {
    this.#make = make;
    this.#user = user;
    // Not before whoever makes this has it.
    this.#attempts.soon(this.#begin);
  }

  /** The session was of use: should it end, the next one is begun without delay. */
  succeeded(): void {
    this.#attempts.succeeded();
  }

  /** The session of this client is of no use: the next one is begun, after a while. Too late, it changes nothing. */
  fail(error: Error, client: Client): void {
    if (client === this.#client) this.#lose(error);
  }

  /** Resolves when ZooKeeper has ended the session, and removed the ephemeral nodes, or cannot be told to. */
  async close(): Promise<void> {
    this.#attempts.stop();
    await this.#leave();
  }

  #lose(error: Error): void {
    this.#leave();
    this.#attempts.again(this.#begin);
    this.#user.lost(error);
  }

  async #leave(): Promise<void> {
    const end = this.#end;
    this.#end = undefined;
    this.#client = undefined;
    await end?.();
  }

  readonly #begin = (): void => {
    let client: Client;
    try {
      client = this.#make();
      client.connect();
    } catch (error) {
      return this.#lose(error as Error);
    }
    this.#client = client;
    let isAlive = false;
    const late = (): void => {
      isAlive = false;
      this.#lose(new Error(`no answer within ${PATIENCE} ms`));
    };
    let timer = setTimeout(late, PATIENCE);
    const beat = (): void => {
      timer = setTimeout(late, PATIENCE);
      client.exists('/', () => {
        clearTimeout(timer);
        if (isAlive) timer = setTimeout(beat, BETWEEN);
      });
    };
    const onState = (): void => {
      clearTimeout(timer);
      const { name } = client.getState();
      isAlive = name === 'SYNC_CONNECTED';
      if (!isAlive) return this.#lose(new Error(`the session is ${name}`));
      beat();
      this.#user.connected(client);
    };
    client.on('state', onState);
    this.#end = () => {
      clearTimeout(timer);
      client.removeListener('state', onState);
      const wasAlive = isAlive;
      isAlive = false;
      return dismiss(client, wasAlive);
    };
  };
}

/** Ends the session where a server hears it, and the connection in any case. */
function dismiss(client: Client, isAlive: boolean): Promise<void> {
  const { connectionManager } = client as Client & Insides;
  const destroy = (): void => {
    clearTimeout(connectionManager.connectTimeoutHandler);
    connectionManager.socket?.destroy();
  };
  // It may be about to connect, and would take the server's welcome for the answer to its farewell.
  connectionManager.onSocketConnected = destroy;
  return new Promise(resolve => {
    // In the tick in which it began to connect it has no socket, and cannot close.
    setImmediate(() => {
      const late = setTimeout(destroy, PATIENCE);
      const closed = (): void => {
        clearTimeout(late);
        resolve();
      };
      client.once('disconnected', closed);
      client.close();
      if (isAlive) return;
      destroy();
      closed();
    });
  });
}
