import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ServiceDescriptor, TcpAddress } from 'livethrift';
import { explain } from './explain.ts';

/** A TCP relay that prints, field by field, each message that passes. */
export interface Relay {
  readonly address: TcpAddress;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Listens on `port`, by default a free one, and passes everything on to `target`. */
export async function startRelay(target: TcpAddress, service: ServiceDescriptor, port = 0): Promise<Relay> {
  const server = createServer(async near => {
    const far = connect({ ...target });
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    try {
      await once(far, 'connect');
    } catch (error) {
      console.error(`cannot connect to ${target.host}:${target.port}: ${(error as Error).message}`);
      return;
    }
    pass(near, far, printer('client → server', service));
    pass(far, near, printer('server → client', service));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const close = () => new Promise<void>(resolve => server.close(() => resolve()));
  return {
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function pass(from: Socket, to: Socket, print: (chunk: Buffer) => void): void {
  from.on('data', chunk => {
    print(chunk);
    to.write(chunk);
  });
  // Who has not heard of that yet may never say anything again.
  from.on('end', () => to.destroySoon());
}

/** Prints what one end says: its messages field by field, or bare bytes from where they cannot be told apart. */
function printer(direction: string, service: ServiceDescriptor): (chunk: Buffer) => void {
  let waiting = Buffer.alloc(0);
  let complaint: string | undefined;

  const message = () => {
    try {
      return explain(waiting, service);
    } catch (error) {
      complaint = (error as Error).message;
      return undefined;
    }
  };

  return chunk => {
    waiting = Buffer.concat([waiting, chunk]);
    let pieces = complaint === undefined ? message() : undefined;
    while (pieces) {
      const size = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
      console.log(`  ${direction}, ${size} bytes`);
      for (const { bytes, meaning } of pieces) console.log(`    ${hex(bytes).padEnd(36)} ${meaning}`);
      waiting = waiting.subarray(size);
      pieces = waiting.length > 0 ? message() : undefined;
    }
    if (complaint === undefined) return;
    console.log(`  ${direction}, ${waiting.length} bytes: ${complaint}`);
    for (let at = 0; at < waiting.length; at += width)
      console.log(`    ${hex(waiting.subarray(at, at + width))}`);
    waiting = Buffer.alloc(0);
  };
}

const width = 12;

/** Long values are cut: their meaning stands beside them in full. */
function hex(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, width), byte => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > width ? `${text.slice(0, -3)} …` : text;
}
