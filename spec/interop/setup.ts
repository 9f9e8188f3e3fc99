import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Compiles the peers before the first spec. A package that is missing fails the run; nothing is skipped. */
export function mochaGlobalSetup(): void {
  execFileSync('bash', [fileURLToPath(new URL('build.sh', import.meta.url))], { stdio: 'inherit' });
}
