import { lstat, rename, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/** Takes a socket file out of the way that a process left behind when it died: nobody answers there. */
export async function removeStaleSocket(path: string): Promise<void> {
  const found = await identity(path);
  if (found === undefined || !(await isRefused(path))) return;
  // Another process may have done the same by now, and listen there: what is moved aside is nobody else's to remove.
  const aside = `${path}.${process.pid}.${++count}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await identity(aside)) === found) await unlink(aside);
  else await rename(aside, path);
}

let count = 0;

/** What tells a socket file from all others; undefined for what is none. The next file may get the same inode. */
async function identity(path: string): Promise<string | undefined> {
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  return found?.isSocket() ? `${found.dev} ${found.ino} ${found.mtimeNs}` : undefined;
}

function isRefused(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const probe = connect({ path })
      .once('connect', () => {
        probe.destroy();
        resolve(false);
      })
      .once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
