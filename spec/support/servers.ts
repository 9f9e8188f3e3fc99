import {
  type Client,
  type ErrorContext,
  makeClient,
  makeServer,
  type Server,
  type ServerOptions,
  type TcpAddress,
} from '../../src/index.ts';
import { identity } from './identities.ts';
import { closing, RawClient } from './peers.ts';
import { loaded, type PingPongHandler, type TestModule, type Waiting, waitingHandler } from './services.ts';

export interface Reported {
  readonly error: unknown;
  readonly context: ErrorContext;
}

/** A server of PingPong with what a test needs to talk to it. */
export interface Served extends Waiting {
  readonly server: Server;
  readonly address: TcpAddress;
  readonly client: Client<TestModule['PingPong']>;
  /** What `onError` was told. */
  readonly reported: readonly Reported[];
  raw(): Promise<RawClient>;
}

export async function served(
  own: Partial<PingPongHandler> = {},
  options: ServerOptions = {},
): Promise<Served> {
  const reported: Reported[] = [];
  const waiting = waitingHandler(own);
  const server = closing(
    makeServer(loaded.PingPong, waiting.handler, {
      onError: (error, context) => reported.push({ error, context }),
      ...options,
    }),
  );
  const address = await server.listen({ port: 0 });
  const client = closing(makeClient(loaded.PingPong, address));
  return { ...waiting, server, address, client, reported, raw: () => RawClient.connect(address) };
}

/** Serves PingPong over TLS alone. */
export async function servedOverTls(): Promise<TcpAddress> {
  const tls = { ...identity('server'), required: true };
  const server = closing(makeServer(loaded.PingPong, waitingHandler().handler, { tls, onError() {} }));
  return server.listen({ port: 0 });
}
