/** Serves both services on one port until Ctrl-C: `server.ts [folder]`. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, makeServer, type Server } from 'livethrift';
import { Folder } from './folder.ts';
import { fileController, greeter } from './handlers.ts';

const { Greeter, FileController } = await load<typeof import('./greeter.thrift')>(
  new URL('greeter.thrift', import.meta.url),
);
const [path = join(tmpdir(), 'livethrift-files')] = process.argv.slice(2);

export const server: Server = makeServer(Greeter, greeter).add(
  FileController,
  fileController(new Folder(path)),
);
const { port } = await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 50051) });
console.log(`Greeter and FileController are served on port ${port}; Ctrl-C ends it`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close());
