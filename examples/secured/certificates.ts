import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate with its key, and the authority that signed it, as `node:tls` takes them. */
export interface Identity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];

/** An authority of its own, and a certificate of it for each name, by openssl, version 3 or later. */
export async function makeIdentities<Name extends string>(
  ...names: readonly Name[]
): Promise<Record<Name, Identity>> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  try {
    await openssl('req', '-x509', ...newKey, '-subj', '/CN=Authority', '-keyout', 'ca.key', '-out', 'ca.crt');
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-addext', 'basicConstraints=critical,CA:FALSE'];
    const made = names.map(async name => {
      const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
      const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`];
      await openssl('req', '-x509', ...authority, ...newKey, ...subject, ...files);
      const [ca, cert, key] = await Promise.all(['ca.crt', `${name}.crt`, `${name}.key`].map(read));
      return [name, { ca, cert, key }];
    });
    return Object.fromEntries(await Promise.all(made));
  } finally {
    await rm(folder, { recursive: true });
  }
}
