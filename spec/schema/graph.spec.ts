import { expect } from 'chai';
import { homeOf } from '../../src/schema/link.ts';
import { defined, findings, linked, outcomeOf } from './linked.ts';

describe('the include graph', () => {
  it('makes the names of an included file known under its base name', () => {
    const module = linked({
      'main.thrift': 'include "lib/shared.thrift"\nstruct A { 1: shared.User user }',
      'lib/shared.thrift': 'struct User { 1: string name }',
    });
    const { type } = defined(module, 'struct', 'A').byName.get('user')!;
    expect(String(type)).to.equal('shared.User');
    expect(type).to.equal(defined(module.includes[0]!.module, 'struct', 'User'));
    expect(module.includes.map(({ name }) => name)).to.deep.equal(['shared']);
  });

  it('finds an include relative to the file that includes it', () => {
    const module = linked({
      'a/main.thrift': 'include "sub/b.thrift"\ntypedef b.B X',
      'a/sub/b.thrift': 'include "../c.thrift"\ntypedef c.C B',
      'a/c.thrift': 'typedef i32 C',
    });
    expect(String(defined(module, 'typedef', 'X').type)).to.equal('b.B');
  });

  it('takes the prefix up to the last dot', () => {
    const module = linked({
      'main.thrift': 'include "a.b.thrift"\nconst i32 X = a.b.Y\nconst a.b.E Z = a.b.E.ONE',
      'a.b.thrift': 'const i32 Y = 7\nenum E { ONE = 1 }',
    });
    expect(defined(module, 'const', 'X').value).to.deep.equal({ kind: 'i32', value: 7 });
  });

  it('knows an include by its alias', () => {
    const module = linked({
      'main.thrift': 'include "shared.thrift" as s\ntypedef s.User U',
      'shared.thrift': 'struct User {}',
    });
    expect(String(defined(module, 'typedef', 'U').type)).to.equal('s.User');
  });

  it('reads a file once, however many files include it', () => {
    const module = linked({
      'main.thrift': 'include "b.thrift"\ninclude "c.thrift"\nstruct M { 1: b.B b, 2: c.C c }',
      'b.thrift': 'include "d.thrift"\nstruct B { 1: d.D d }',
      'c.thrift': 'include "d.thrift"\nstruct C { 1: d.D d }',
      'd.thrift': 'struct D {}',
    });
    const [b, c] = module.includes;
    expect(b!.module.includes[0]!.module).to.equal(c!.module.includes[0]!.module);
  });

  it('accepts a file that is included twice', () => {
    const files = {
      'main.thrift': 'include "d.thrift"\ninclude "d.thrift"\ntypedef d.D X\nconst i32 Y = d.N',
      'd.thrift': 'struct D {}\nconst i32 N = 1',
    };
    expect(linked(files).includes).to.have.length(1);
  });

  it('remembers every way in which a file is included', () => {
    const module = linked({
      'a/main.thrift': 'include "d.thrift"\ninclude "../a/d.thrift"\ninclude "d.thrift"\ninclude "e.thrift"',
      'a/d.thrift': '',
      'a/e.thrift': '',
    });
    expect(module.includes.map(({ paths }) => paths)).to.deep.equal([
      ['d.thrift', '../a/d.thrift'],
      ['e.thrift'],
    ]);
    for (const { paths } of module.includes) expect(paths).to.satisfy(Object.isFrozen);
  });

  it('leads from a service to the file that defines it', () => {
    const module = linked({
      'main.thrift': 'include "base.thrift"\nservice S extends base.B {}',
      'base.thrift': 'service B {}',
    });
    const service = defined(module, 'service', 'S');
    expect(homeOf(service)).to.equal(module);
    expect(homeOf(service.extends!)).to.equal(module.includes[0]!.module);
  });

  it('lets two files of one base name share their prefix', () => {
    const module = linked({
      'main.thrift':
        'include "a/base.thrift"\ninclude "b/base.thrift"\nstruct S { 1: base.A a, 2: base.B b }',
      'a/base.thrift': 'struct A {}',
      'b/base.thrift': 'struct B {}',
    });
    expect(module.includes.map(({ module }) => module.file)).to.deep.equal([
      'a/base.thrift',
      'b/base.thrift',
    ]);
  });

  it('refuses a name that is in both of them', () => {
    const { findings, diagnostics } = outcomeOf({
      'main.thrift': 'include "a/base.thrift"\ninclude "b/base.thrift"\ntypedef base.A X',
      'a/base.thrift': 'struct A {}',
      'b/base.thrift': 'struct A {}',
    });
    expect(findings).to.deep.equal(['error ambiguous-name main.thrift:3:9']);
    expect(diagnostics[0]!.message).to.contain('a/base.thrift and b/base.thrift');
  });

  it('refuses files that include each other, and shows the way round', () => {
    const { findings, diagnostics } = outcomeOf({
      'main.thrift': 'include "b.thrift"',
      'b.thrift': '\ninclude "c.thrift"',
      'c.thrift': 'include "b.thrift"\nstruct C { 1: b.B b }',
    });
    expect(findings).to.deep.equal(['error include-cycle c.thrift:1:9']);
    expect(diagnostics[0]!.message).to.contain('b.thrift -> c.thrift -> b.thrift');
  });

  it('refuses a file that includes itself', () => {
    expect(findings({ 'main.thrift': 'include "main.thrift"' })).to.deep.equal([
      'error include-cycle main.thrift:1:9',
    ]);
  });

  it('says where it looked for a missing file, and is silent about names that would be in it', () => {
    const { findings, diagnostics } = outcomeOf('include "no.thrift"\nstruct S { 1: no.T t = no.X }');
    expect(findings).to.deep.equal(['error include-not-found main.thrift:1:9']);
    expect(diagnostics[0]!.hint).to.equal('looked for no.thrift');
  });

  it('does not pass on the names of an include’s include, and says what to do', () => {
    const { findings, diagnostics } = outcomeOf({
      'main.thrift': 'include "b.thrift"\nstruct S { 1: c.C x, 2: b.c.C y }',
      'b.thrift': 'include "c.thrift"',
      'c.thrift': 'struct C {}',
    });
    expect(findings).to.deep.equal([
      'error unknown-type main.thrift:2:15',
      'error unknown-type main.thrift:2:25',
    ]);
    for (const { hint } of diagnostics) expect(hint).to.contain('include it here too');
  });

  it('reports the errors of all files, each where it stands', () => {
    const files = {
      'main.thrift': 'include "b.thrift"\ntypedef Nope A',
      'b.thrift': '\n\ntypedef Nope B',
    };
    expect(findings(files)).to.have.members([
      'error unknown-type b.thrift:3:9',
      'error unknown-type main.thrift:2:9',
    ]);
  });

  it('does not blame a name on a file whose syntax is wrong', () => {
    const found = findings({
      'main.thrift': 'include "b.thrift"\ntypedef b.B A',
      'b.thrift': 'struct B { 1: } %',
    });
    expect(found.filter(finding => finding.includes('main.thrift'))).to.deep.equal([]);
  });

  it('limits the number of files', () => {
    const files: Record<string, string> = { 'main.thrift': '' };
    for (let i = 0; i < 10; i++) {
      files['main.thrift'] += `include "f${i}.thrift"\n`;
      files[`f${i}.thrift`] = '';
    }
    const outcome = outcomeOf(files, {}, { files: 5, depth: 100 });
    expect(outcome.findings).to.deep.equal(['error too-many-files main.thrift:5:9']);
  });

  it('limits how deep includes go', () => {
    const files: Record<string, string> = { 'f0.thrift': 'include "f1.thrift"' };
    for (let i = 1; i < 500; i++) files[`f${i}.thrift`] = `include "f${i + 1}.thrift"`;
    expect(findings(files)).to.deep.equal(['error include-depth f200.thrift:1:9']);
  });
});
