import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Folder } from '../../examples/greeter/folder.ts';
import { fileController } from '../../examples/greeter/handlers.ts';
import { load, makeClient, makeServer } from '../../src/index.ts';

const failed = 'Error: read failed';
const idl = new URL('../../examples/greeter/greeter.thrift', import.meta.url);

describe('examples/greeter: the files of one folder', () => {
  let base: string;
  let inside: string;
  let read: (name: string) => Promise<string>;
  let write: (name: string, text: string) => Promise<number>;
  let close: () => Promise<void>;

  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), 'livethrift-files-'));
    inside = join(base, 'inside');
    const { FileController } = await load<typeof import('../../examples/greeter/greeter.thrift')>(idl);
    const server = makeServer(FileController, fileController(new Folder(inside)));
    const client = makeClient(FileController, await server.listen({ port: 0 }));
    read = name => client.Read(name);
    write = (name, text) => client.Write(name, text);
    close = async () => {
      await client.close();
      await server.close();
    };
    writeFileSync(join(base, 'secret.txt'), 'secret');
  });
  afterEach(async () => {
    await close();
    rmSync(base, { recursive: true });
  });

  it('are written with status 0, and read as they were written', async () => {
    for (const text of ['Buy milk', '', 'größer 文', '\uFEFFmark', 'x'.repeat(65_536)]) {
      expect(await write('note.txt', text)).to.equal(0);
      expect(await read('note.txt')).to.equal(text);
    }
    expect(readdirSync(inside)).to.deep.equal(['note.txt']);
  });

  it('are whole, whoever writes at the same time', async () => {
    const texts = ['a'.repeat(60_000), 'b'.repeat(30_000), 'c'];
    expect(await Promise.all(texts.map(text => write('note.txt', text)))).to.deep.equal([0, 0, 0]);
    expect(texts).to.include(await read('note.txt'));
  });

  for (const name of [
    '../secret.txt',
    '..',
    '.',
    '',
    'a/../../secret.txt',
    '/etc/passwd',
    '..\\secret.txt',
    'C:\\secret.txt',
    'note.txt:stream',
    'secret.txt\0.txt',
    '../secret.txt\0',
    '\0',
    '%2e%2e%2fsecret.txt',
    '.hidden',
    'note.txt\n',
    'x'.repeat(101),
  ]) {
    it(`are not escaped by the name ${JSON.stringify(name.slice(0, 30))}`, async () => {
      mkdirSync(join(inside, 'a'));
      expect(await read(name)).to.equal(failed);
      expect(await write(name, 'changed')).to.equal(1);
      expect(readdirSync(base)).to.have.members(['inside', 'secret.txt']);
      expect(readdirSync(inside)).to.deep.equal(['a']);
      expect(readFileSync(join(base, 'secret.txt'), 'utf8')).to.equal('secret');
    });
  }

  it('are not escaped by an absolute name, nor by a real file beside the folder', async () => {
    expect(await read(join(base, 'secret.txt'))).to.equal(failed);
    expect(await read(join(inside, 'note.txt'))).to.equal(failed);
    expect(await write(join(base, 'new.txt'), 'changed')).to.equal(1);
    expect(existsSync(join(base, 'new.txt'))).to.equal(false);
  });

  it('are not escaped by links: they are not read, and what they lead to is not changed', async () => {
    symlinkSync(join(base, 'secret.txt'), join(inside, 'link.txt'));
    symlinkSync(base, join(inside, 'up'));
    expect(await read('link.txt')).to.equal(failed);
    expect(await read('up/secret.txt')).to.equal(failed);
    expect(await write('up', 'changed')).to.equal(0);
    expect(await write('link.txt', 'changed')).to.equal(0);
    expect(readFileSync(join(base, 'secret.txt'), 'utf8')).to.equal('secret');
    expect(await read('link.txt')).to.equal('changed');
  });

  it('are files: folders and pipes are not read, and nobody waits for them', async () => {
    mkdirSync(join(inside, 'folder'));
    execFileSync('mkfifo', [join(inside, 'pipe')]);
    expect(await read('folder')).to.equal(failed);
    expect(await read('pipe')).to.equal(failed);
    expect(await write('folder', 'x')).to.equal(1);
    expect(readdirSync(inside)).to.have.members(['folder', 'pipe']);
  });

  it('are small, and text', async () => {
    writeFileSync(join(inside, 'large'), 'x'.repeat(65_537));
    writeFileSync(join(inside, 'bytes'), Buffer.of(0xff, 0xfe));
    expect(await read('large')).to.equal(failed);
    expect(await read('bytes')).to.equal(failed);
    expect(await write('larger', 'ä'.repeat(40_000))).to.equal(1);
    expect(existsSync(join(inside, 'larger'))).to.equal(false);
  });
});
