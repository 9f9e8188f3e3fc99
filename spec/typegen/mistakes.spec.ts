import { cpSync } from 'node:fs';
import { expect } from 'chai';
import { mistakes, preamble } from './mistakes.ts';
import { compiler, fixtures, Project } from './project.ts';

/** The rows about each file, from what a compiler prints: a row that names one, and the indented ones behind it. */
function byFile(output: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [text, file] of output.matchAll(/^.*?([\w-]+)\.ts\(\d.*(?:\n .*)*/gm)) {
    found.set(file!, `${found.get(file!) ?? ''}${text}\n`);
  }
  return found;
}

const file = (index: number) => `mistake-${index}`;

describe('a mistake of a user does not compile, and the message says what it is:', function () {
  this.timeout(60_000);
  let project: Project;
  let told: Map<string, string>;

  before(async () => {
    project = new Project();
    cpSync(fixtures, project.folder, {
      recursive: true,
      filter: path => !path.endsWith('program.ts'),
    });
    project.write('mistakes/none.ts', preamble);
    for (const [index, { code }] of mistakes.entries()) {
      project.write(`mistakes/${file(index)}.ts`, `${preamble}${code}\n`);
    }
    told = byFile(await project.compile(compiler.path));
  });

  after(() => project.remove());

  for (const [index, { name, says }] of mistakes.entries()) {
    it(name, () => {
      expect(told.get(file(index))).to.include(says);
    });
  }

  it('and there is nothing else that does not compile', () => {
    const files = mistakes.map((_, index) => file(index));
    expect([...told.keys()]).to.have.members(files);
  });
});
