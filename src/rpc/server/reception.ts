import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { RpcError } from '../../errors/rpc-error.ts';
import { type Layer, type Messages, recognise, type Seen, seenText } from '../../transport/recognise.ts';
import { saslAccept } from '../../transport/sasl/accept.ts';
import { saslFramed } from '../../transport/sasl/transport.ts';
import { zlibStream } from '../../transport/streams/zlib.ts';
import { transports } from '../../transport/transports.ts';
import { addressText } from '../address.ts';
import type { Caller } from '../context.ts';
import { endSoon } from '../streams.ts';
import { Watchdog } from '../watchdog.ts';
import { ServerConnection, type Spoken } from './connection.ts';
import { farewells } from './farewells.ts';
import type { Guest, Guests } from './guests.ts';
import type { SaslSettings, ServingSettings } from './settings.ts';
import { type ServerTlsOptions, TlsGate } from './tls.ts';

/**
 * Where the connections of an address arrive: their first bytes tell what they speak, and who serves them. What
 * travels inside of something else (TLS, HTTP, zlib, SASL) arrives here once more when it is unwrapped.
 */
export class Reception {
  readonly #listening: string;
  readonly #settings: ServingSettings;
  readonly #guests: Guests;
  readonly #tls: TlsGate | undefined;

  constructor(
    listening: string,
    settings: ServingSettings,
    guests: Guests,
    tls: ServerTlsOptions | undefined,
  ) {
    this.#listening = listening;
    this.#settings = settings;
    this.#guests = guests;
    if (tls === undefined) return;
    this.#tls = new TlsGate(tls, settings.limits.partial, {
      secured: socket => this.admit(socket, ['TLS']),
      failed: (socket, error) => this.#report(this.#peerOf(socket), error),
    });
  }

  renewTls(options: SecureContextOptions): void {
    this.#tls?.renew(options);
  }

  /** Takes a connection in; `around` is what it was unwrapped from, outermost first. */
  admit(
    stream: Duplex,
    around: readonly Layer[] = [],
    caller: Caller = { peer: this.#peerOf(stream) },
  ): void {
    const { peer } = caller;
    let early: Buffer = Buffer.alloc(0);
    const patience = new Watchdog(this.#settings.limits.partial, () => {
      const text = `${peer} has sent ${early.length} bytes, which do not tell what it speaks; it was turned away`;
      this.#report(peer, new RpcError('DEADLINE_EXCEEDED', `${text} (limits.partial)`, { peer }));
      stream.destroy();
    });
    const guest: Guest = { drain: () => endSoon(stream.resume()), destroy: () => stream.destroy() };
    const stop = () => {
      patience.stop();
      stream.off('data', listen).off('close', leave);
    };
    const leave = () => {
      stop();
      this.#guests.delete(guest);
    };
    const listen = (chunk: Buffer) => {
      early = early.length === 0 ? chunk : Buffer.concat([early, chunk]);
      const seen = recognise(early, 0, early.length);
      if (seen === undefined) {
        if (!patience.isRunning) patience.start();
        return;
      }
      stop();
      stream.pause().unshift(early);
      this.#direct(stream, caller, seen, around);
      this.#guests.delete(guest);
    };
    // A client may leave as it likes; who serves it learns of that by listeners of its own.
    stream.on('error', ignore).on('close', leave).on('data', listen);
    this.#guests.add(guest);
  }

  #direct(stream: Duplex, caller: Caller, seen: Seen, around: readonly Layer[]): void {
    const missing = this.#missing(seen, around);
    if (missing !== undefined) {
      return this.#refuse(stream, caller.peer, `does not speak ${missing}, which is required here`);
    }
    if (seen.kind === 'messages' || seen.kind === 'unknown') {
      return this.#serve(stream, caller, spoken(seen, around));
    }
    if (seen.kind === 'layer' && !around.includes(seen.layer)) {
      const { sasl } = this.#settings;
      switch (seen.layer) {
        case 'TLS':
          if (this.#tls === undefined || !(stream instanceof Socket) || around.length > 0) break;
          return this.#secure(stream, this.#tls);
        case 'zlib':
          if (around.includes('SASL')) break;
          return this.admit(zlibStream(stream), [...around, 'zlib'], caller);
        case 'SASL':
          if (sasl === undefined) break;
          return this.#negotiate(stream, caller, around, sasl);
      }
    }
    const farewell = seen.kind === 'foreign' ? farewells[seen.name] : undefined;
    this.#refuse(stream, caller.peer, `speaks ${seenText(seen)}, which is not served here`, farewell);
  }

  /** What the connection should have begun with; undefined when nothing is missing so far. */
  #missing(seen: Seen, around: readonly Layer[]): Layer | undefined {
    const begins = (layer: Layer) =>
      around.includes(layer) || (seen.kind === 'layer' && seen.layer === layer);
    if (this.#tls?.isRequired && !begins('TLS')) return 'TLS';
    const { sasl } = this.#settings;
    const mayNegotiate = seen.kind === 'layer' && (seen.layer === 'TLS' || seen.layer === 'zlib');
    return sasl !== undefined && !sasl.optional && !begins('SASL') && !mayNegotiate ? 'SASL' : undefined;
  }

  #serve(stream: Duplex, caller: Caller, spoken: Spoken): void {
    const connection = new ServerConnection(stream, spoken, caller, this.#settings, {
      over: () => this.#guests.delete(connection),
    });
    this.#guests.add(connection);
    stream.resume();
  }

  /** The socket below stays until it is closed; what is above it is a guest of its own. */
  #secure(socket: Socket, tls: TlsGate): void {
    const guest: Guest = { drain() {}, destroy: () => socket.destroy() };
    this.#guests.add(guest);
    socket.once('close', () => this.#guests.delete(guest));
    tls.secure(socket);
  }

  /** Who the client is, and then what it speaks. */
  #negotiate(stream: Duplex, { peer }: Caller, around: readonly Layer[], { mechanisms }: SaslSettings): void {
    const { limits } = this.#settings;
    const guest: Guest = { drain: () => stream.destroy(), destroy: () => stream.destroy() };
    this.#guests.add(guest);
    saslAccept(stream, mechanisms, { peer, limits, timeout: limits.partial })
      .then(
        ({ stream: inside, user }) =>
          this.admit(inside, [...around, 'SASL'], { peer, ...(user === undefined ? {} : { user }) }),
        error => this.#report(peer, error),
      )
      .finally(() => this.#guests.delete(guest));
  }

  #refuse(stream: Duplex, peer: string, why: string, farewell?: Buffer): void {
    this.#report(
      peer,
      new RpcError('INVALID_ARGUMENT', `${peer} ${why}; the connection was closed`, { peer }),
    );
    if (farewell !== undefined) stream.write(farewell);
    endSoon(stream.resume());
  }

  #report(peer: string, error: unknown): void {
    this.#settings.onError(error, { peer });
  }

  /** The client's end; on a Unix socket it has no name of its own. */
  #peerOf(stream: Duplex): string {
    const { remoteAddress: host, remotePort: port } = stream as Partial<Socket>;
    return host === undefined || port === undefined ? this.#listening : addressText({ host, port });
  }
}

/** How messages are cut: what was negotiated has frames of its own. */
function spoken({ transport, protocol }: Messages, around: readonly Layer[]): Spoken {
  const isNegotiated = around.at(-1) === 'SASL' && transport === 'buffered';
  return { protocol, transport: isNegotiated ? saslFramed : transports[transport] };
}

function ignore(): void {}
