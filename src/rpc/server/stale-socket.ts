import { lstat, rename, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/** Takes a socket file out of the way that a process left behind when it died: nobody answers there. */
export async function removeStaleSocket(path: string): Promise<void> {
  if (!(await isStale(path))) return;
  // Another process may have done the same by now, and listen there: what is looked at last is nobody else's.
  const aside = `${path}.${process.pid}.stale`;
  if (!(await happened(rename(path, aside)))) return;
  if (await isStale(aside)) await unlink(aside);
  else await rename(aside, path);
}

async function isStale(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isSocket()) return false;
  return new Promise<boolean>(resolve => {
    const probe = connect({ path })
      .once('connect', () => {
        probe.destroy();
        resolve(false);
      })
      .once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

/** False where the file was gone already. */
async function happened(change: Promise<void>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
