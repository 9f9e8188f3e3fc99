import { type AddressInfo, connect, createServer } from 'node:net';
import type { SocketAddress, TcpAddress } from 'livethrift';

/** A TCP relay that remembers how each client began. */
export interface Tap {
  readonly address: TcpAddress;
  /** The first bytes of the client that came last. */
  readonly first: () => Buffer;
  close(): Promise<void>;
}

/** Listens on a free port and passes everything on to `target`. */
export async function startTap(target: SocketAddress): Promise<Tap> {
  let first = Buffer.alloc(0);
  const server = createServer(near => {
    const far = connect({ ...target });
    near.once('data', chunk => {
      first = chunk;
    });
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: '127.0.0.1', port },
    first: () => first,
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}
