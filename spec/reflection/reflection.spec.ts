import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type DynamicModule,
  fb303,
  idl,
  load,
  loadFrom,
  loadSource,
  makeClient,
  makeServer,
  reflection,
  type Server,
  type Service,
} from '../../src/index.ts';
import { hashOf, reflectionModule, type Schema } from '../../src/reflection/contract.ts';
import { isName, nameOf } from '../../src/reflection/names.ts';
import { closeAll, closing } from '../support/peers.ts';
import { anything, telling } from './served.ts';

afterEach(closeAll);

async function schemaOf(server: Server): Promise<Schema> {
  const { ThriftReflection } = reflectionModule();
  return closing(makeClient(ThriftReflection, await server.listen({ port: 0 }))).getThriftSchema();
}

/** What of a schema is easily compared: services, and by file its includes. */
function outline({ services, files }: Schema): unknown {
  return [
    services.map(({ name, file }) => `${name} in ${file}`),
    files.map(({ name, includes }) =>
      [name, ...Array.from(includes, include => include.join(' is '))].join(', '),
    ),
  ];
}

describe('reflection', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'livethrift-reflection-')));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Writes files, and loads the first. */
  function loaded(
    files: Readonly<Record<string, string>>,
    includeDirs: readonly string[] = [],
  ): Promise<DynamicModule> {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return load(join(root, Object.keys(files)[0]!), { includeDirs: includeDirs.map(dir => join(root, dir)) });
  }

  it('tells the files behind all services, those added later too, but not its own', async () => {
    const { A } = loadSource('service A { string a() }', { name: 'a.thrift' });
    const { B } = idl('service B { string b() }');
    const server = telling(A).add(fb303());
    const before = await schemaOf(server);
    expect(outline(before)).to.deep.equal([
      ['A in a.thrift', 'FacebookService in fb303.thrift'],
      ['a.thrift', 'fb303.thrift'],
    ]);
    server.add(B, { b: () => '' });
    const after = await schemaOf(server);
    expect(after.services.at(-1)).to.include({ name: 'B', file: 'source.thrift' });
    expect(after.files.at(-1)).to.include({ name: 'source.thrift', text: 'service B { string b() }' });
    expect(after.hash).to.not.equal(before.hash);
  });

  it('tells those services alone that it is given', async () => {
    const { A, B } = loadSource('service A { string a() } service B {}');
    const shy = closing(makeServer(A, anything)).add(reflection({ services: [B as Service] }));
    expect((await schemaOf(shy)).services.map(({ name }) => name)).to.deep.equal(['B']);
    expect(() => reflection({ services: [{} as Service] })).to.throw(TypeError, 'expected a service');
    expect(() => reflection({ service: B } as object)).to.throw(TypeError, 'there is no option "service"');
  });

  it('says which file each include is, however it was found, and never where', async () => {
    const outside = join(root, 'elsewhere/absolute.thrift');
    const files = {
      'project/idl/main.thrift': [
        'include "sub/part.thrift"',
        'include "../common/base.thrift"',
        'include "shared.thrift"',
        'include "./shared.thrift"',
        'include "link.thrift"',
        'service Main extends part.Part { base.Base get(1: shared.Shared it, 2: link.L l) }',
      ].join('\n'),
      'project/idl/sub/part.thrift': 'include "../../common/base.thrift"\nservice Part { base.Base part() }',
      'project/common/base.thrift': 'struct Base {}',
      'include/shared.thrift': `include "${outside}"\ntypedef absolute.X Shared`,
      'elsewhere/absolute.thrift': 'struct X {}',
      'elsewhere/target.thrift': 'struct L {}',
    };
    mkdirSync(join(root, 'project/idl'), { recursive: true });
    symlinkSync(join(root, 'elsewhere/target.thrift'), join(root, 'project/idl/link.thrift'));
    const { Main } = await loaded(files, ['include']);
    const schema = await schemaOf(telling(Main));
    expect(outline(schema)).to.deep.equal([
      ['Main in main.thrift'],
      [
        'common/base.thrift',
        'sub/part.thrift, ../../common/base.thrift is common/base.thrift',
        'absolute.thrift',
        `shared.thrift, ${outside} is absolute.thrift`,
        'link.thrift',
        [
          'main.thrift',
          'sub/part.thrift is sub/part.thrift',
          '../common/base.thrift is common/base.thrift',
          'shared.thrift is shared.thrift',
          './shared.thrift is shared.thrift',
          'link.thrift is link.thrift',
        ].join(', '),
      ],
    ]);
    expect(schema.files.map(({ text }) => text)).to.have.members(Object.values(files));
    // What is written in a file is told with it.
    expect(JSON.stringify([...schema.services, ...schema.files.map(({ name }) => name)])).to.not.include(
      root,
    );
  });

  it('keeps files of one name apart, and sends a file that was loaded twice once', async () => {
    const one = await loaded({
      'a/main.thrift': 'include "x.thrift"\nservice A {}',
      'a/x.thrift': 'struct X {}',
    });
    const twin = await loaded({
      'b/main.thrift': 'include "x.thrift"\nservice B {}',
      'b/x.thrift': 'struct X {}',
    });
    const other = await loaded({
      'c/main.thrift': 'include "x.thrift"\nservice C {}',
      'c/x.thrift': 'struct Y {}',
    });
    expect(outline(await schemaOf(telling(one.A, twin.B, other.C)))).to.deep.equal([
      ['A in main.thrift', 'B in 2/main.thrift', 'C in 3/main.thrift'],
      [
        'x.thrift',
        'main.thrift, x.thrift is x.thrift',
        '2/main.thrift, x.thrift is x.thrift',
        '2/x.thrift',
        '3/main.thrift, x.thrift is 2/x.thrift',
      ],
    ]);
  });

  it('hashes the same wherever the files are', async () => {
    const files = (folder: string) => ({
      [`${folder}/main.thrift`]: 'include "x.thrift"\ninclude "y.thrift"\nservice A {}',
      [`${folder}/x.thrift`]: 'struct X {}',
      [`${folder}/y.thrift`]: 'struct Y {}',
    });
    const [one, other] = [await loaded(files('one')), await loaded(files('an/other'))];
    expect((await schemaOf(telling(one.A))).hash).to.equal((await schemaOf(telling(other.A))).hash);
  });

  it('tells what was loaded from another server just as that did', async () => {
    const { Main } = await loaded({
      'main.thrift': 'include "sub/part.thrift"\nservice Main extends part.Part {}',
      'sub/part.thrift': 'include "base.thrift"\nservice Part { base.Base part() }',
      'sub/base.thrift': 'struct Base {}',
    });
    const server = telling(Main);
    const again = await loadFrom(await server.listen({ port: 0 }));
    expect(await schemaOf(telling(again.Main))).to.deep.equal(await schemaOf(server));
  });
});

describe('the hash of a schema', () => {
  const file = (name: string, text: string, includes: Readonly<Record<string, string>> = {}) => ({
    name,
    text,
    includes: new Map(Object.entries(includes)),
  });
  const services = [{ name: 'S', file: 'ä.thrift' }];
  const [a, b] = [file('ä.thrift', 'include "b"\ninclude "c"', { b: 'b', c: 'b' }), file('b', '')];

  it('is that of the netstrings that the contract names', () => {
    expect(hashOf({ services: [], files: [] })).to.equal(
      // printf '1:0,1:0,' | sha256sum
      '852a72583ffe37ab4c37caa5dfba582bf3b3e40cb8f3c9afae6c84b72d38a4ad',
    );
    expect(hashOf({ services, files: [b, a] })).to.equal(
      '9056b925ebf34bcfa534ee25588cbe841b0245b5580d095aac5671612b3fbfc8',
    );
  });

  it('does not depend on the order of files and includes, but on all else', () => {
    const hash = hashOf({ services, files: [b, a] });
    expect(hashOf({ services, files: [a, b] })).to.equal(hash);
    expect(hashOf({ services, files: [{ ...a, includes: new Map([...a.includes].reverse()) }, b] })).to.equal(
      hash,
    );
    for (const other of [
      { services: [], files: [b, a] },
      { services: [{ name: 'T', file: 'ä.thrift' }], files: [b, a] },
      { services: [...services, ...services], files: [b, a] },
      { services, files: [a] },
      { services, files: [b, { ...a, text: `${a.text} ` }] },
      { services, files: [b, { ...a, includes: new Map([['b', 'b']]) }] },
      { services, files: [file('b', ' '), a] },
    ])
      expect(hashOf(other)).to.not.equal(hash);
  });
});

describe('the name of a file', () => {
  it('is the path as written, as far as it leads down', () => {
    for (const [path, from, name] of [
      ['a.thrift', undefined, 'a.thrift'],
      ['b.thrift', 'a.thrift', 'b.thrift'],
      ['./x//b.thrift', 'dir/a.thrift', 'dir/x/b.thrift'],
      ['../b.thrift', 'dir/sub/a.thrift', 'dir/b.thrift'],
      ['../../../b.thrift', 'dir/a.thrift', 'b.thrift'],
      ['/home/me/b.thrift', 'a.thrift', 'b.thrift'],
      ['C:\\idl\\b.thrift', 'dir/a.thrift', 'dir/b.thrift'],
      ['x\\b.thrift', 'a.thrift', 'x/b.thrift'],
      ['a\nb:c.thrift', 'a.thrift', 'a_b_c.thrift'],
      ['..', 'a.thrift', 'source.thrift'],
      ['', undefined, 'source.thrift'],
    ] as const)
      expect(nameOf(path, from), path).to.equal(name);
  });

  it('is always one that is taken', () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'C:', '\\', '\0', 'ü');
    const path = fc.oneof(
      fc.string(),
      fc.array(part).map(parts => parts.join('/')),
    );
    fc.assert(fc.property(path, path, (written, from) => isName(nameOf(written, nameOf(from)))));
  });
});
