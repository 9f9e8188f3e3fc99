import type { Socket } from 'node:net';
import type { SecureContextOptions, Server, TlsOptions } from 'node:tls';
import { builtins } from '../builtins.ts';

export interface ServerTlsOptions extends TlsOptions {
  /** Refuses clients that do not speak TLS; without it both are served on the same port. */
  readonly required?: boolean;
}

/** What becomes of sockets that want TLS. */
export interface TlsOwner {
  /** The handshake is done: what is read and written here is plain. */
  secured(socket: Socket): void;
  /** The handshake failed; the socket is closed. */
  failed(socket: Socket, error: Error): void;
}

/** Does the handshakes of a port, with certificates that can be exchanged. */
export class TlsGate {
  readonly #server: Server;
  readonly isRequired: boolean;

  constructor({ required = false, ...options }: ServerTlsOptions, handshakeTimeout: number, owner: TlsOwner) {
    this.isRequired = required;
    this.#server = builtins.tls
      .createServer({ handshakeTimeout, ...options })
      .on('secureConnection', socket => owner.secured(socket))
      .on('tlsClientError', (error, socket) => owner.failed(socket, error));
  }

  /** New connections are made with other certificates; those that are there go on. */
  renew(options: SecureContextOptions): void {
    this.#server.setSecureContext(options);
  }

  secure(socket: Socket): void {
    this.#server.emit('connection', socket);
  }
}
