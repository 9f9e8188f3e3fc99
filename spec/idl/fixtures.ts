import { readdirSync, readFileSync } from 'node:fs';
import type { Diagnostic } from '../../src/errors/idl-error.ts';
import type { Document } from '../../src/idl/ast.ts';
import { Diagnostics } from '../../src/idl/diagnostics.ts';
import { parse } from '../../src/idl/parse.ts';
import { SourceText } from '../../src/idl/source.ts';

/** What a file of `idl/invalid` says about itself: `// expect: unknown-type 4:3 there is no type "Usr"`. */
export interface Expectation {
  readonly code: string;
  readonly line: number;
  readonly column: number;
  /** A part of the message. */
  readonly message: string;
}

export interface InvalidFixture {
  readonly name: string;
  readonly url: URL;
  readonly text: string;
  readonly expected: readonly Expectation[];
}

const folder = new URL('../../idl/invalid/', import.meta.url);

/** Every `e_*.thrift` of `idl/invalid`, with the errors that its first lines announce. */
export function invalidFixtures(): InvalidFixture[] {
  return readdirSync(folder)
    .filter(name => /^e_.*\.thrift$/.test(name))
    .sort()
    .map(name => {
      const url = new URL(name, folder);
      const text = readFileSync(url, 'utf8');
      return { name, url, text, expected: expectations(text) };
    });
}

function expectations(text: string): Expectation[] {
  const lines = text.matchAll(/^\/\/ expect: (\S+) (\d+):(\d+) (.+)$/gm);
  return [...lines].map(([, code, line, column, message]) => ({
    code: code!,
    line: Number(line),
    column: Number(column),
    message: message!.trim(),
  }));
}

/** Where the errors found differ from those expected; empty if all of them, and no others, are there. */
export function differences(expected: readonly Expectation[], found: readonly Diagnostic[]): string[] {
  const unexpected = found.filter(diagnostic => diagnostic.severity === 'error');
  const missing: string[] = [];
  for (const { code, line, column, message } of expected) {
    const index = unexpected.findIndex(
      error =>
        error.code === code &&
        error.line === line &&
        error.column === column &&
        error.message.includes(message),
    );
    if (index < 0) missing.push(`missing: ${code} ${line}:${column} ${message}`);
    else unexpected.splice(index, 1);
  }
  const extra = unexpected.map(
    ({ code, line, column, message }) => `unexpected: ${code} ${line}:${column} ${message}`,
  );
  return [...missing, ...extra];
}

/** A text's tree and all that was found in it. */
export function parsed(text: string): { document: Document; found: readonly Diagnostic[] } {
  const diagnostics = new Diagnostics();
  const document = parse(new SourceText('test.thrift', text), diagnostics);
  return { document, found: diagnostics.all };
}

/** The tree of a text that must have no errors. */
export function valid(text: string): Document {
  const { document, found } = parsed(text);
  const errors = differences([], found);
  if (errors.length > 0) throw new Error(`${errors.join('\n')}\nin:\n${text}`);
  return document;
}

/** A node without its positions, to be compared or read in a failure. */
export function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([key]) => key !== 'start' && key !== 'end');
  return Object.fromEntries(kept.map(([key, value]) => [key, bare(value)]));
}

/** The text of a file beside the specs. */
export function sample(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}
