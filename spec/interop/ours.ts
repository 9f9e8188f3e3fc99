import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DynamicModule, defaultLimits, makeClient, makeServer, type Server } from '../../src/index.ts';
import { socketDial } from '../../src/rpc/channels/dial.ts';
import { ReconnectingChannel } from '../../src/rpc/channels/reconnecting.ts';
import { dialects } from '../../src/rpc/dialect.ts';
import { noHeaders } from '../../src/transport/envelope.ts';
import { transports } from '../../src/transport/transports.ts';
import { type Cell, isCarried } from './cells.ts';
import { essentials, essentialsChecks } from './essentials-checks.ts';
import { everything, everythingChecks, otherRelease } from './everything-checks.ts';
import * as handlers from './handlers.ts';
import type { Peer } from './peers.ts';
import { CERTIFICATES, type Place, type Run } from './programs.ts';

// As loose as the module that its service comes from.
type Client = DynamicModule[string];

/** Our clients of one server, in one cell. */
interface Clients {
  readonly client: Client;
  /** Of another release of the service. */
  readonly stranger: Client;
  /** Its sequence ids are about to pass the greatest there is. */
  readonly late: Client;
}

/** One thing that our client asks of a server. */
export type Check = (clients: Clients) => Promise<void>;

const ANSWER_LIMIT = 10_000;
const HTTP_PATH = '/service';

const certificate = (name: string): Buffer => readFileSync(join(CERTIFICATES, name));

function addressOf(cell: Cell, place: Place): string {
  if ('path' in place && !isCarried(cell)) return `unix:${place.path}`;
  const host = 'path' in place ? 'localhost' : `127.0.0.1:${place.port}`;
  if (!isCarried(cell)) return host;
  const scheme = cell.wrapping === 'http' ? 'http' : 'ws';
  return `${scheme}${cell.security === 'tls' ? 's' : ''}://${host}${HTTP_PATH}`;
}

const tlsOf = ({ security }: Cell) => (security === 'tls' ? { tls: { ca: certificate('ca.crt') } } : {});

function optionsOf(cell: Cell, place: Place): object {
  const { protocol, transport, wrapping } = cell;
  return {
    protocol,
    ...(isCarried(cell) ? {} : { transport }),
    ...(isCarried(cell) && 'path' in place ? { http: { socketPath: place.path } } : {}),
    ...(wrapping === 'zlib' ? { zlib: true } : {}),
    ...tlsOf(cell),
  };
}

/** What users cannot set is the first sequence id. */
function lateChannel(cell: Cell, place: Place): ReconnectingChannel {
  const target = 'path' in place ? place : { host: '127.0.0.1', ...place };
  const zlib = cell.wrapping === 'zlib';
  const header = cell.transport === 'header';
  return new ReconnectingChannel('the peer', socketDial(target, { ...tlsOf(cell), zlib: zlib && !header }), {
    dialect: dialects[cell.protocol],
    transport: transports[cell.transport],
    headers: () => noHeaders,
    zlib: zlib && header,
    limits: defaultLimits,
    firstSequenceId: 2 ** 31 - 3,
  });
}

/** Calls a peer's server with our client, and reports as a peer's client does. */
export async function runOurClient(peer: Peer, cell: Cell, place: Place): Promise<Run> {
  const [service, name, all] =
    peer === 'thriftpy'
      ? ([essentials.Essentials, 'Essentials', essentialsChecks] as const)
      : ([everything.Everything, 'Everything', everythingChecks] as const);
  const calls = { timeout: ANSWER_LIMIT, ...(cell.multiplexed ? { serviceName: name } : {}) };
  const ends: (() => Promise<void>)[] = [];
  const made = (client: Client, end: () => Promise<void>): Client => {
    ends.push(end);
    return client;
  };
  const connect = (of: Client): Client => {
    const client = makeClient(of, addressOf(cell, place), { ...optionsOf(cell, place), ...calls }) as Client;
    return made(client, () => client.$close({ grace: 0 }));
  };
  const clients = memoized<Clients>({
    client: () => connect(service),
    stranger: () => connect(otherRelease.Everything),
    late() {
      const channel = lateChannel(cell, place);
      return made(makeClient(service, channel, calls) as Client, () => channel.close({ grace: 0 }));
    },
  });
  const report = new Map<string, string | undefined>();
  for (const [check, body] of Object.entries(all)) {
    // Where HTTP carries messages, channels of another kind count their sequence ids.
    if (check === 'sequence ids across the wrap' && isCarried(cell)) continue;
    try {
      await body(clients);
      report.set(check, undefined);
    } catch (error) {
      report.set(check, String(error).replaceAll(/\s+/g, ' ').slice(0, 400));
    }
  }
  for (const end of ends) await end();
  return { report };
}

function memoized<T extends object>(makers: { readonly [K in keyof T]: () => T[K] }): T {
  const object = {} as T;
  for (const key of Object.keys(makers) as (keyof T)[]) {
    let made: { readonly value: T[keyof T] } | undefined;
    Object.defineProperty(object, key, { get: () => (made ??= { value: makers[key]() }).value });
  }
  return object;
}

/** Our server of one service, for every cell there is: on one port, plain and with TLS, and on one Unix socket. */
export class OurServer {
  readonly #server: Server;
  readonly #path: string;
  #port = 0;

  /** `heard` gets what its handlers threw and did not declare, and what else its operator hears of. */
  constructor(peer: Peer, path: string, heard: unknown[]) {
    this.#path = path;
    const options = {
      onError: (error: unknown) => heard.push(error),
      tls: { key: certificate('server.key'), cert: certificate('server.crt') },
    };
    this.#server =
      peer === 'thriftpy'
        ? makeServer(essentials.Essentials, handlers.essentials(essentials), options)
        : makeServer(everything.Everything, handlers.everything(everything), options);
  }

  async listen(): Promise<void> {
    ({ port: this.#port } = await this.#server.listen({ host: '127.0.0.1', port: 0 }));
    await this.#server.listen({ path: this.#path });
  }

  place({ security }: Cell): Place {
    return security === 'unix' ? { path: this.#path } : { port: this.#port };
  }

  close(): Promise<void> {
    return this.#server.close({ grace: 0 });
  }
}
