import type { RpcError } from '../errors/rpc-error.ts';
import type { Callback } from './client.ts';
import { type ApacheConnection, ConnectionWatch } from './connection.ts';

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
  const watch = ConnectionWatch.join(connection, {
    fail(error) {
      for (const [seqid, done] of Object.entries(own._reqs)) {
        // Those below 0 are npm's own, of replies that are being read.
        if (Number(seqid) <= 0) continue;
        delete own._reqs[Number(seqid)];
        done(error);
      }
    },
  });
  if ('_lost' in own) Object.defineProperty(own, '_lost', { get: () => watch.lost });
  return client;
}
