import { loadSource, makeServer, stdio } from '../../../src/index.ts';

/** A service over standard input and output; `crash` ends the process as programs end that fail. */
const { Echo } = loadSource(
  'service Echo { string echo(1: string text) void crash() oneway void note(1: string text) }',
);

makeServer(Echo, {
  echo: (text: string) => text,
  crash() {
    process.exit(3);
  },
  note: (text: string) => console.error(text),
}).serve(stdio(), 'parent');
