/** Both programs of the Marketplace, each in a process of its own, until Ctrl-C. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const programs = ['server.ts', 'marketplace.ts'].map(program => {
  const path = fileURLToPath(new URL(program, import.meta.url));
  return spawn(process.execPath, [...process.execArgv, path], { stdio: 'inherit' });
});

const endAll = () => {
  for (const program of programs) program.kill();
};

// One that cannot start, or breaks, ends both; one that was ended leaves the other alone.
for (const program of programs)
  program.once('exit', code => {
    if (!code) return;
    process.exitCode = 1;
    endAll();
  });

process.on('SIGTERM', endAll);
// The terminal tells all of them; this one only waits until they have ended.
process.on('SIGINT', () => {});
