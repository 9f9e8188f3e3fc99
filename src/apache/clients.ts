import type { ApacheProtocol } from './protocol.ts';

/**
 * Where a connection of npm's `thrift` looks for whom a reply is: in its `client`, if `seqId2Service` has a key for
 * the sequence id in that object's property of this name. It is how several multiplexed clients share one
 * connection, and how we join them without touching any.
 */
export interface Dispatching {
  client?: unknown;
  readonly seqId2Service: Record<number, string>;
}

/** What stands there: the connection calls its `recv_x`, which answers to `_reqs[rseqid]` when it has read the reply. */
export interface Receiver {
  readonly _reqs: Record<number, () => void>;
  [recv: `recv_${string}`]: (input: ApacheProtocol, mtype: number, rseqid: number) => void;
}

const joined = new WeakMap<Dispatching, Map<string, Receiver>>();

/**
 * Puts a receiver where the connection finds it under a key, also when another client is put in `client` later, as
 * `thrift.createClient` does. Gives what takes it out again.
 */
export function join(connection: Dispatching, key: string, receiver: Receiver): () => void {
  const receivers = joined.get(connection) ?? intercept(connection);
  receivers.set(key, receiver);
  // Through the setter: it puts all of them in.
  connection.client = holder(connection.client);
  return () => {
    receivers.delete(key);
    delete holder(connection.client)[key];
  };
}

function intercept(connection: Dispatching): Map<string, Receiver> {
  const receivers = new Map<string, Receiver>();
  let current: unknown = connection.client;
  Object.defineProperty(connection, 'client', {
    get: () => current,
    set(value: unknown) {
      current = value;
      for (const [key, receiver] of receivers) holder(value)[key] = receiver;
    },
    enumerable: true,
    configurable: true,
  });
  joined.set(connection, receivers);
  return receivers;
}

function holder(client: unknown): Record<string, unknown> {
  return typeof client === 'object' && client !== null ? (client as Record<string, unknown>) : {};
}
