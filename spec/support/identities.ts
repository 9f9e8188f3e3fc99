import { readFileSync } from 'node:fs';

const file = (name: string) => readFileSync(new URL(`certificates/${name}`, import.meta.url), 'utf8');

/** A certificate of `spec/support/certificates`, with its key and its authority. */
export function identity(name: 'server' | 'client' | 'other'): { key: string; cert: string; ca: string } {
  return { key: file(`${name}.key`), cert: file(`${name}.crt`), ca: file('ca.crt') };
}
