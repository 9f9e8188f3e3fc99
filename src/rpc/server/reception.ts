import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { RpcError } from '../../errors/rpc-error.ts';
import { noHeaders } from '../../transport/envelope.ts';
import { type Layer, type Messages, recognise, type Seen, seenText } from '../../transport/recognise.ts';
import { saslAccept } from '../../transport/sasl/accept.ts';
import { saslFramed } from '../../transport/sasl/transport.ts';
import { zlibStream } from '../../transport/streams/zlib.ts';
import { transports } from '../../transport/transports.ts';
import { addressText } from '../address.ts';
import { tellAccepted } from '../diagnostics.ts';
import { endSoon } from '../streams.ts';
import { Watchdog } from '../watchdog.ts';
import type { Arrival } from './arrival.ts';
import { type ConnectionOwner, ServerConnection, type Spoken } from './connection.ts';
import { noRules } from './connection-rules.ts';
import { farewells } from './farewells.ts';
import type { Guest, Guests } from './guests.ts';
import { HttpDoor } from './http/door.ts';
import type { SaslSettings, ServingSettings } from './settings.ts';
import { LINGER } from './stay.ts';
import { StreamServerConnection } from './stream-connection.ts';
import { type ServerTlsOptions, TlsGate } from './tls.ts';

/**
 * Where the connections of an address arrive: their first bytes tell what they speak, and who serves them. What
 * travels inside of something else (TLS, HTTP, zlib, SASL) arrives here once more when it is unwrapped.
 */
export class Reception implements ConnectionOwner {
  readonly #listening: string;
  readonly #settings: ServingSettings;
  readonly #guests: Guests;
  readonly #tls: TlsGate | undefined;
  #http: HttpDoor | undefined;

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

  /** Takes a connection in, as it comes from the network, or out of TLS. */
  admit(stream: Duplex, around: readonly Layer[] = []): void {
    const peer = this.#peerOf(stream);
    if (around.length === 0) tellAccepted(stream, peer);
    this.#admit(stream, { caller: { peer, headers: noHeaders, timeout: Infinity }, around });
  }

  over(connection: Guest): void {
    this.#guests.delete(connection);
  }

  #admit(stream: Duplex, arrival: Arrival): void {
    // What was unwrapped may have ended meanwhile.
    if (stream.destroyed) return;
    const { peer } = arrival.caller;
    let early: Buffer = Buffer.alloc(0);
    const patience = new Watchdog(this.#settings.limits.partial, () => {
      const text = `${peer} has sent ${early.length} bytes, which do not tell what it speaks; it was turned away`;
      this.#report(peer, new RpcError('DEADLINE_EXCEEDED', `${text} (limits.partial)`, { peer }));
      stream.destroy();
    });
    const silence = new Watchdog(this.#settings.connections.idle, () => stream.destroy());
    // Its first call may be on its way: it is told then that it was not begun.
    const leaving = new Watchdog(LINGER, () => endSoon(stream.resume()));
    const guest: Guest = { drain: () => leaving.start(), destroy: () => stream.destroy() };
    const stop = () => {
      patience.stop();
      silence.stop();
      leaving.stop();
      stream.off('data', listen).off('close', leave);
    };
    const leave = () => {
      stop();
      this.#guests.delete(guest);
    };
    const listen = (chunk: Buffer) => {
      silence.stop();
      early = early.length === 0 ? chunk : Buffer.concat([early, chunk]);
      const seen = recognise(early, 0, early.length);
      if (seen === undefined) {
        if (!patience.isRunning) patience.start();
        return;
      }
      stop();
      stream.pause().unshift(early);
      this.#direct(stream, seen, arrival);
      this.#guests.delete(guest);
    };
    // A client may leave as it likes; who serves it learns of that by listeners of its own.
    stream.on('error', ignore).on('close', leave).on('data', listen);
    this.#guests.add(guest);
    silence.start();
  }

  #direct(stream: Duplex, seen: Seen, arrival: Arrival): void {
    const { peer } = arrival.caller;
    const missing = this.#missing(seen, arrival);
    if (missing !== undefined) {
      this.#refuse(stream, peer, `does not speak ${missing}, which is required here`);
    } else if (seen.kind === 'messages' || seen.kind === 'unknown') {
      this.#serve(stream, seen, arrival);
    } else if (seen.kind === 'streams') {
      this.#serveStreams(stream, arrival);
    } else if (seen.kind !== 'layer' || !this.#unwrap(stream, seen.layer, arrival)) {
      const farewell = seen.kind === 'foreign' ? farewells[seen.name] : undefined;
      this.#refuse(stream, peer, `speaks ${seenText(seen)}, which is not served here`, farewell);
    }
  }

  /** What the connection should have begun with; undefined when nothing is missing so far. */
  #missing(seen: Seen, { around }: Arrival): Layer | undefined {
    const begins = (layer: Layer) =>
      around.includes(layer) || (seen.kind === 'layer' && seen.layer === layer);
    if (this.#tls?.isRequired && !begins('TLS')) return 'TLS';
    const { sasl } = this.#settings;
    const mayNegotiate = seen.kind === 'layer' && (seen.layer === 'TLS' || seen.layer === 'zlib');
    return sasl !== undefined && !sasl.optional && !begins('SASL') && !mayNegotiate ? 'SASL' : undefined;
  }

  /** Hands a stream to who knows what it travels in; false when that is not served, or not there. */
  #unwrap(stream: Duplex, layer: Layer, arrival: Arrival): boolean {
    const { caller, around } = arrival;
    const { sasl } = this.#settings;
    if (around.includes(layer)) return false;
    switch (layer) {
      case 'TLS':
        if (this.#tls === undefined || !(stream instanceof Socket) || around.length > 0) return false;
        this.#secure(stream, this.#tls);
        return true;
      case 'HTTP':
        this.#http ??= new HttpDoor(this.#settings, this.#guests, (inside, inner) =>
          this.#admit(inside, inner),
        );
        this.#http.admit(stream, { caller, around: [...around, layer] });
        return true;
      case 'zlib':
        if (around.includes('SASL')) return false;
        this.#admit(zlibStream(stream), { caller, around: [...around, layer] });
        return true;
      case 'SASL':
        if (sasl === undefined) return false;
        this.#negotiate(stream, sasl, arrival);
        return true;
    }
  }

  #serve(stream: Duplex, seen: Messages, { caller, around }: Arrival): void {
    const connection = new ServerConnection(stream, spoken(seen, around), caller, this.#settings, this);
    this.#guests.add(connection);
    const { connections } = this.#settings;
    if (connections !== noRules) connection.stay(connections);
    stream.resume();
  }

  #serveStreams(stream: Duplex, { caller }: Arrival): void {
    const connection = new StreamServerConnection(stream, caller, this.#settings, this);
    this.#guests.add(connection);
    const { connections } = this.#settings;
    if (connections !== noRules) connection.stay(connections);
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
  #negotiate(stream: Duplex, { mechanisms }: SaslSettings, { caller, around }: Arrival): void {
    const { limits } = this.#settings;
    const { peer } = caller;
    const guest: Guest = { drain: () => stream.destroy(), destroy: () => stream.destroy() };
    this.#guests.add(guest);
    saslAccept(stream, mechanisms, { peer, limits, timeout: limits.partial })
      .then(
        ({ stream: inside, user }) =>
          this.#admit(inside, {
            caller: user === undefined ? caller : { ...caller, user },
            around: [...around, 'SASL'],
          }),
        // A client that leaves is nobody's error.
        error => (error as RpcError).code === 'CANCELLED' || this.#report(peer, error),
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
