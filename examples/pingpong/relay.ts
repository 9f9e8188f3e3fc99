import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ServiceDescriptor, SocketAddress } from 'livethrift';
import { explain } from './explain.ts';

/** A TCP relay that prints, field by field, each chunk that passes. */
export interface Relay {
  readonly address: SocketAddress;
  close(): Promise<void>;
}

/** Listens on a free port and passes everything on to `target`. */
export async function startRelay(target: SocketAddress, service: ServiceDescriptor): Promise<Relay> {
  const server = createServer(near => {
    const far = connect({ ...target });
    pass(near, far, 'client → server', service);
    pass(far, near, 'server → client', service);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { address: host, port } = server.address() as AddressInfo;
  return {
    address: { host, port },
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}

function pass(from: Socket, to: Socket, direction: string, service: ServiceDescriptor): void {
  from.on('data', chunk => {
    console.log(`  ${direction}, ${chunk.length} bytes`);
    for (const { bytes, meaning } of explain(chunk, service))
      console.log(`    ${hex(bytes).padEnd(36)} ${meaning}`);
    to.write(chunk);
  });
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
}

/** Long values are cut: their meaning stands beside them in full. */
function hex(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, 12), byte => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > 12 ? `${text.slice(0, -3)} …` : text;
}
