import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { SocketAddress } from '../address.ts';
import type { Dial, Link } from './link.ts';

/** Every plain socket reads into this one: what stands in it is used up before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Dials a socket. Over TLS the server's certificate is checked against the host's name, unless `tls` says
 * otherwise; without `tls` the connection is plain.
 */
export function socketDial(address: SocketAddress, tls: ConnectionOptions | undefined): Dial {
  const target =
    'path' in address ? { path: address.path } : { host: reachable(address.host), port: address.port };
  if (tls === undefined) {
    return owner => {
      const callback = (length: number) => {
        owner.receive(readBuffer, length);
        return true;
      };
      const onread = { buffer: readBuffer, callback };
      const socket = connect({ ...target, noDelay: true, keepAlive: true, onread });
      socket.on('connect', () => owner.opened());
      return linkOf(socket);
    };
  }
  // An IP address is no name to ask a server for (RFC 6066, section 3), but the certificate must still have it.
  const name = 'host' in target && isIP(target.host) === 0 ? { servername: target.host } : {};
  return owner => {
    const socket = connectTls({ ...target, ...name, ...tls });
    socket.setNoDelay(true).setKeepAlive(true);
    socket.on('data', chunk => owner.receive(chunk, chunk.length)).on('secureConnect', () => owner.opened());
    return linkOf(socket);
  };
}

function linkOf(socket: Socket): Link {
  return { stream: socket, ref: () => socket.ref(), unref: () => socket.unref() };
}

/** A server bound to all interfaces is reached on this host by the loopback one. */
function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
}
