import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { RpcError } from '../../errors/rpc-error.ts';
import { type Headers, noHeaders } from '../../transport/envelope.ts';
import { type Layer, recognise, type Seen, seenText } from '../../transport/recognise.ts';
import { addressText, type SocketAddress } from '../address.ts';
import { endSoon } from '../streams.ts';
import { Watchdog } from '../watchdog.ts';
import { ServerConnection, type Spoken } from './connection.ts';
import { farewells } from './farewells.ts';
import type { Guest, Guests } from './guests.ts';
import { HttpDoor } from './http/door.ts';
import type { ServingSettings } from './settings.ts';
import { type ServerTlsOptions, TlsGate } from './tls.ts';

/** What is known of a stream that arrives. */
interface Arrival {
  /** What it was unwrapped from, outermost first. */
  readonly around: readonly Layer[];
  readonly peer: string;
  /** What came with it, and so with each of its calls. */
  readonly headers: Headers;
}

/**
 * Where the connections of an address arrive: their first bytes tell what they speak, and who serves them. What
 * travels inside of something else (TLS, HTTP, zlib, SASL) arrives here once more when it is unwrapped.
 */
export class Reception {
  readonly #listening: string;
  readonly #settings: ServingSettings;
  readonly #guests: Guests;
  readonly #tls: TlsGate | undefined;
  readonly #http: HttpDoor;

  constructor(
    listening: SocketAddress,
    settings: ServingSettings,
    guests: Guests,
    tls: ServerTlsOptions | undefined,
  ) {
    this.#listening = addressText(listening);
    this.#settings = settings;
    this.#guests = guests;
    this.#http = new HttpDoor(settings, guests, (stream, peer, headers) =>
      this.#admit(stream, { around: ['HTTP'], peer, headers }),
    );
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
  admit(stream: Duplex, around: readonly Layer[] = []): void {
    this.#admit(stream, { around, peer: this.#peerOf(stream), headers: noHeaders });
  }

  #admit(stream: Duplex, arrival: Arrival): void {
    const { peer } = arrival;
    let early: Buffer = Buffer.alloc(0);
    const patience = new Watchdog(this.#settings.limits.partial, () => {
      const text = `${peer} has sent ${early.length} bytes, which do not tell what it speaks; it was turned away`;
      this.#report(peer, new RpcError('DEADLINE_EXCEEDED', `${text} (limits.partial)`, { peer }));
      stream.destroy();
    });
    const guest: Guest = { drain: () => endSoon(stream.resume()), destroy: () => stream.destroy() };
    const leave = () => {
      patience.stop();
      stream.off('data', listen).off('close', leave);
      this.#guests.delete(guest);
    };
    const listen = (chunk: Buffer) => {
      early = early.length === 0 ? chunk : Buffer.concat([early, chunk]);
      const seen = recognise(early, 0, early.length);
      if (seen === undefined) {
        if (!patience.isRunning) patience.start();
        return;
      }
      stream.pause().unshift(early);
      this.#direct(stream, seen, arrival);
      leave();
    };
    // A client may leave as it likes; who serves it learns of that by listeners of its own.
    stream.on('error', ignore).on('close', leave).on('data', listen);
    this.#guests.add(guest);
  }

  #direct(stream: Duplex, seen: Seen, { around, peer, headers }: Arrival): void {
    const isOpen = around.length === 0;
    if (this.#tls?.isRequired && isOpen && !(seen.kind === 'layer' && seen.layer === 'TLS')) {
      return this.#refuse(stream, peer, 'does not speak TLS, which is required here');
    }
    switch (seen.kind) {
      case 'messages':
      case 'unknown':
        return this.#serve(stream, peer, seen, headers);
      case 'layer':
        if (seen.layer === 'TLS' && isOpen && stream instanceof Socket && this.#tls !== undefined) {
          return this.#secure(stream, this.#tls);
        }
        if (seen.layer === 'HTTP' && !around.includes('HTTP')) return this.#http.admit(stream, peer);
    }
    const farewell = seen.kind === 'foreign' ? farewells[seen.name] : undefined;
    this.#refuse(stream, peer, `speaks ${seenText(seen)}, which is not served here`, farewell);
  }

  #serve(stream: Duplex, peer: string, spoken: Spoken, headers: Headers): void {
    const owner = { over: () => this.#guests.delete(connection) };
    const connection = new ServerConnection(stream, spoken, peer, this.#settings, owner, headers);
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

function ignore(): void {}
