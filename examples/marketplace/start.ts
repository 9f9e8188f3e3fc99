/** Both programs of the Marketplace, each in a process of its own, until Ctrl-C. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

for (const program of ['server.ts', 'marketplace.ts']) {
  const path = fileURLToPath(new URL(program, import.meta.url));
  spawn(process.execPath, [...process.execArgv, path], { stdio: 'inherit' });
}

// The terminal tells all of them; this one only waits until they have ended.
process.on('SIGINT', () => {});
