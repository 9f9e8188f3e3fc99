import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { freePort } from './support/free-port.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

interface Program {
  readonly code: string;
  readonly output: string;
}

/** The README's programs, each with the output that stands behind it; and its IDL files by name. */
function readme(): { programs: Program[]; idl: Map<string, string> } {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const idl = new Map<string, string>();
  for (const [, name, body] of text.matchAll(/`([\w.]+\.thrift)`\n\n```thrift\n([\s\S]*?)```/g))
    idl.set(name!, body!);
  const code = Array.from(text.matchAll(/```ts\n([\s\S]*?)```/g), match => match[1]!);
  const output = Array.from(text.matchAll(/```text\n([\s\S]*?)```/g), match => match[1]!);
  return { programs: code.map((program, index) => ({ code: program, output: output[index]! })), idl };
}

describe('the README', function () {
  this.timeout(90_000);
  const { programs, idl } = readme();
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(root, 'spec/readme-'));
    for (const [name, text] of idl) writeFileSync(join(folder, name), text);
    const port = await freePort();
    for (const [index, { code }] of programs.entries()) {
      writeFileSync(join(folder, `program${index}.ts`), code.replaceAll('port: 9000', `port: ${port}`));
    }
    const thrift = [...idl.keys()].map(name => join(folder, name));
    await run(process.execPath, ['--import', 'tsx', join(root, 'src/cli/main.ts'), 'types', ...thrift], {
      cwd: root,
    });
    const config = {
      extends: '../../tsconfig.json',
      include: ['.'],
      compilerOptions: {
        paths: { livethrift: ['../../src/index.ts'], 'livethrift/types': ['../../src/types.ts'] },
      },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has four programs, and the IDL they load', () => {
    expect(programs).to.have.length(4);
    expect([...idl.keys()]).to.have.members(['pingpong.thrift', 'users.thrift']);
  });

  it('compiles under our own strict settings', async () => {
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
  });

  for (const [index, { output }] of programs.entries()) {
    it(`says what program ${index + 1} prints`, async () => {
      const hook = join(root, 'src/register/register.ts');
      const args = ['--import', 'tsx', '--import', hook, join(folder, `program${index}.ts`)];
      const { stdout } = await run(process.execPath, args, { cwd: root });
      expect(stdout).to.equal(output);
    });
  }

  it('gives two command lines that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = readFileSync(join(root, 'README.md'), 'utf8').matchAll(
      /npm (?:run )?(demo|test|serve|client)\b/g,
    );
    expect(Array.from(named, ([, name]) => name).filter(name => scripts[name!] === undefined)).to.deep.equal(
      [],
    );
  });
});
