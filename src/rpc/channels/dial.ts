import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { SocketAddress } from '../address.ts';

/** Every plain socket reads into this one: what stands in it is used up before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** A socket on its way, and the event that says it may be written to. */
export interface Dialled {
  readonly socket: Socket;
  readonly opened: 'connect' | 'secureConnect';
}

/**
 * Begins to connect. Over TLS the server's certificate is checked against the host's name, unless `tls` says
 * otherwise. `receive` borrows the first `length` bytes that it is given.
 */
export function dial(
  address: SocketAddress,
  tls: ConnectionOptions | undefined,
  receive: (bytes: Buffer, length: number) => void,
): Dialled {
  const target =
    'path' in address ? { path: address.path } : { host: reachable(address.host), port: address.port };
  if (tls === undefined) {
    const callback = (length: number) => {
      receive(readBuffer, length);
      return true;
    };
    const socket = connect({
      ...target,
      noDelay: true,
      keepAlive: true,
      onread: { buffer: readBuffer, callback },
    });
    return { socket, opened: 'connect' };
  }
  // An IP address is no name to ask a server for (RFC 6066, section 3), but the certificate must still have it.
  const name = 'host' in target && isIP(target.host) === 0 ? { servername: target.host } : {};
  const socket = connectTls({ ...target, ...name, ...tls });
  socket.setNoDelay(true).setKeepAlive(true);
  socket.on('data', chunk => receive(chunk, chunk.length));
  return { socket, opened: 'secureConnect' };
}

/** A server bound to all interfaces is reached on this host by the loopback one. */
function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
}
