import { readFileSync } from 'node:fs';
import { decode } from '@jridgewell/sourcemap-codec';
import { expect } from 'chai';
import { loadModule } from '../../src/load.ts';
import type { Position } from '../../src/schema/descriptor.ts';

const files = ['everything', 'words', 'shared', 'far', 'farther', 'one/base', 'two/base', 'a.b'];

const read = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

/** Names in a text, with where they are: what begins there and is made of word characters. */
function nameAt(lines: readonly string[], line: number, column: number): string {
  return /^\w+/.exec(lines[line]?.slice(column) ?? '')?.[0] ?? '';
}

/** The name that stands for something of the source there. */
function meantAt(lines: readonly string[], line: number, column: number): string {
  const rest = lines[line]!.slice(column);
  // The types that a definition has inside are the definition's, the number of a member is the member's.
  const inner = /^(?:Input|Api|Impl) = (\w+)\$/.exec(rest) ?? /^\[-?\d+\]: "(\w+)"/.exec(rest);
  if (inner !== null) return inner[1]!;
  if (rest.startsWith('Name = ')) return nameAt(lines, line + 1, lines[line + 1]!.indexOf('type ') + 5);
  return nameAt(lines, line, rest.startsWith('"') ? column + 1 : column);
}

/** What a file declares, at every depth; `then` has no declaration. */
function namesOf(file: string): { readonly name: string; readonly position: Position }[] {
  const path = new URL(`fixtures/${file}.thrift`, import.meta.url);
  const { definitions } = loadModule(path, { onWarning: () => {} });
  return definitions
    .filter(({ name }) => name !== 'then')
    .flatMap(definition => [
      definition,
      ...('members' in definition ? definition.members : []),
      ...('fields' in definition ? definition.fields : []),
      ...('ownMethods' in definition ? definition.ownMethods : []),
    ]);
}

describe('a declaration map', () => {
  for (const file of files) {
    const declarations = read(`${file}.d.thrift.ts`);
    const [generated, source] = [declarations.split('\n'), read(`${file}.thrift`).split('\n')];
    const map = JSON.parse(read(`${file}.d.thrift.ts.map`));

    it(`leads from every name in ${file}.d.thrift.ts to that name in ${file}.thrift`, () => {
      const rows = decode(map.mappings);
      expect(rows.length).to.be.at.most(generated.length);
      let count = 0;
      rows.forEach((segments, line) => {
        for (const segment of segments) {
          if (segment.length === 1) continue;
          const [column, index, sourceLine, sourceColumn] = segment;
          expect(index).to.equal(0);
          expect(nameAt(source, sourceLine, sourceColumn), `${line + 1}: ${generated[line]}`).to.equal(
            meantAt(generated, line, column),
          );
          count++;
        }
      });
      expect(count).to.be.greaterThan(0);
    });

    it(`has every definition, field, member and method of ${file}.thrift in it`, () => {
      const mapped = new Set(
        decode(map.mappings)
          .flat()
          .map(([, , line, column]) => `${line}:${column}`),
      );
      for (const { name, position } of namesOf(file)) {
        expect(mapped.has(`${position.line - 1}:${position.column - 1}`), name).to.equal(true);
      }
    });

    it(`of ${file}.d.thrift.ts names its two files`, () => {
      const base = file.split('/').at(-1);
      expect(map).to.include({ version: 3, file: `${base}.d.thrift.ts` });
      expect(map.sources).to.deep.equal([`${base}.thrift`]);
      expect(declarations).to.match(
        new RegExp(`//# sourceMappingURL=${base!.replace('.', '\\.')}\\.d\\.thrift\\.ts\\.map\\n$`),
      );
    });
  }
});
