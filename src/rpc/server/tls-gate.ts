import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TlsOptions } from 'node:tls';
import { RpcError } from '../../errors/rpc-error.ts';

/** First byte of a TLS handshake (RFC 8446, section 5.1); no Thrift message begins with it. */
const HANDSHAKE = 0x16;

export interface ServerTlsOptions extends TlsOptions {
  /** Refuses clients that do not speak TLS; without it both are served on the same port. */
  readonly required?: boolean;
}

/** Where the sockets of a port with TLS go. */
export interface GateOwner {
  /** A socket to be served: plain, or decrypted. */
  serve(socket: Socket): void;
  /** A client that was turned away. */
  refuse(socket: Socket, error: unknown): void;
}

/** Tells plain clients from those that speak TLS by their first byte, on one port. */
export class TlsGate {
  readonly #server: Server;
  readonly #required: boolean;
  readonly #owner: GateOwner;
  /** Sockets that have sent nothing yet. */
  readonly #silent = new Set<Socket>();
  /** Sockets under TLS, from the handshake to the end. */
  readonly #secured = new Set<Socket>();

  constructor({ required = false, ...options }: ServerTlsOptions, owner: GateOwner) {
    this.#required = required;
    this.#owner = owner;
    this.#server = createServer(options)
      .on('secureConnection', socket => owner.serve(socket))
      .on('tlsClientError', (error, socket) => owner.refuse(socket, error));
  }

  /** New connections are made with other certificates; those that are there go on. */
  renew(options: SecureContextOptions): void {
    this.#server.setSecureContext(options);
  }

  accept(socket: Socket): void {
    this.#silent.add(socket);
    socket
      .on('error', () => {
        // A client may leave as it likes; who serves the socket learns of it by listeners of its own.
      })
      .once('close', () => this.#silent.delete(socket))
      .once('data', chunk => {
        this.#silent.delete(socket);
        socket.pause().unshift(chunk);
        if (chunk[0] === HANDSHAKE) this.#secure(socket);
        else if (this.#required) this.#refuse(socket);
        else {
          this.#owner.serve(socket);
          socket.resume();
        }
      });
  }

  /** Turns away who has said nothing. */
  close(): void {
    for (const socket of this.#silent) socket.destroy();
  }

  /** Ends everything, handshakes too. */
  destroy(): void {
    this.close();
    for (const socket of this.#secured) socket.destroy();
  }

  #secure(socket: Socket): void {
    this.#secured.add(socket);
    socket.once('close', () => this.#secured.delete(socket));
    this.#server.emit('connection', socket);
  }

  #refuse(socket: Socket): void {
    const text = 'the client does not speak TLS, which is required here; the connection was closed';
    this.#owner.refuse(socket, new RpcError('INVALID_ARGUMENT', text));
    socket.destroy();
  }
}
