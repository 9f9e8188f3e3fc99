import { expect } from 'chai';
import { resolve } from '../../src/schema/descriptor.ts';
import { typeOf } from '../../src/schema/link.ts';
import { defined, findings, linked, outcomeOf, plain } from './linked.ts';

const names = ['__proto__', 'constructor', 'toString', 'then', 'hasOwnProperty', 'valueOf', 'prototype'];

/** One text per number, joined. */
function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('\n');
}

describe('hostile names', () => {
  for (const name of names) {
    it(`are only names: ${name}`, () => {
      const module = linked({
        'main.thrift': `include "${name}.thrift"
          namespace ${name} x.y
          struct S { 1: ${name}.${name} ${name} = ${name}.${name}.${name} } (${name} = "1")
          const map<string, i32> M = {"${name}": 1}
          service T { void ${name}(1: i32 ${name}) }`,
        [`${name}.thrift`]: `enum ${name} { ${name} }`,
      });
      const struct = defined(module, 'struct', 'S');
      expect([...struct.byName.keys()]).to.deep.equal([name]);
      expect(Object.keys(struct.annotations)).to.deep.equal([name]);
      expect(Object.getPrototypeOf(struct.annotations)).to.equal(null);
      expect(Object.keys(module.namespaces)).to.deep.equal([name]);
      expect([...defined(module, 'service', 'T').methods.keys()]).to.deep.equal([name]);
      expect(String(struct.fields[0]!.type)).to.equal(`${name}.${name}`);
    });
  }

  it('are not there unless they are written', () => {
    for (const name of names) {
      expect(findings(`struct S { 1: ${name} a }`), name).to.deep.equal([
        'error unknown-type main.thrift:1:15',
      ]);
      expect(findings(`const i32 X = ${name}`), name).to.deep.equal([
        'error unknown-constant main.thrift:1:15',
      ]);
      expect(findings(`enum E { A } const E X = E.${name}`), name).to.have.length(1);
      expect(findings(`struct S {} const S X = {"${name}": 1}`), name).to.have.length(1);
    }
  });
});

describe('long chains', () => {
  it('of typedefs', () => {
    const module = linked(`typedef i32 T0\n${times(10_000, i => `typedef T${i} T${i + 1}`)}`);
    expect(resolve(defined(module, 'typedef', 'T10000')).kind).to.equal('i32');
    linked(`${times(10_000, i => `typedef T${i + 1} T${i}`)}\ntypedef i32 T10000`);
  });

  it('of typedefs in a circle', () => {
    const text = `${times(10_000, i => `typedef T${i + 1} T${i}`)}\ntypedef T0 T10000`;
    const { diagnostics } = outcomeOf(text);
    expect(diagnostics.map(({ code }) => code)).to.deep.equal(['typedef-cycle']);
    expect(diagnostics[0]!.message).to.have.length.below(200);
  });

  it('of containers by typedef', () => {
    const text = `typedef i32 T0\n${times(10_000, i => `typedef list<T${i}> T${i + 1}`)}`;
    expect(findings(text)[0]).to.match(/^error type-depth/);
  });

  it('of constants', () => {
    const module = linked(`${times(10_000, i => `const i32 C${i} = C${i + 1}`)}\nconst i32 C10000 = 5`);
    expect(plain(defined(module, 'const', 'C0').value)).to.equal(5);
    const types = ['i8', 'i16', 'i32', 'i64'];
    linked(`${times(10_000, i => `const ${types[i % 4]} C${i} = C${i + 1}`)}\nconst i32 C10000 = 5`);
  });

  it('of services', () => {
    const text = times(10_000, i => `service S${i} extends S${i + 1} { void m${i}() }`);
    const module = linked(`${text}\nservice S10000 {}`);
    expect(defined(module, 'service', 'S0').methods.size).to.equal(10_000);
    expect(findings(`${text}\nservice S10000 extends S0 {}`)).to.have.length(1);
  });

  it('of structs in structs', () => {
    linked(`${times(10_000, i => `struct S${i} { 1: S${i + 1} next }`)}\nstruct S10000 {}`);
  });
});

describe('large files', () => {
  it('link in time that grows with their size', function () {
    this.timeout(60_000);
    const file = (count: number) =>
      times(
        count,
        i => `struct S${i} { 1: i32 a = ${i}, 2: list<S${count - 1 - i}> b, 3: map<string, S${i}> c }`,
      );
    linked(file(500));
    const time = (count: number) => {
      const text = file(count);
      const start = performance.now();
      linked(text);
      return performance.now() - start;
    };
    const small = time(1_000);
    expect(time(10_000)).to.be.below(Math.max(3_000, small * 40));
  });

  it('with an unknown name in every line still report in time', function () {
    this.timeout(60_000);
    expect(findings(times(3_000, i => `struct Thing${i} { 1: Thingy${i}x a }`))).to.have.length(101);
  });
});

describe('descriptors', () => {
  it('are frozen to the last leaf', () => {
    const module = linked({
      'main.thrift': `include "b.thrift"
        enum E { A (x = "y") } struct S { 1: list<E> e = [E.A], 2: b.B b = {} } typedef S T const map<i32, S> M = {1: {}}
        exception X {} service V { i32 m(1: S s) throws (1: X x) } @S{} union U {}
        service W { S m(1: S s) (streaming.mode = "server") }`,
      'b.thrift': 'struct B {}',
    });
    const seen = new Set<unknown>();
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      expect(Object.isFrozen(value), path).to.equal(true);
      if (value instanceof Map) {
        expect(() => value.set('x', 1), path).to.throw(TypeError);
        expect(() => value.clear(), path).to.throw(TypeError);
        for (const [key, inner] of value) visit(inner, `${path}(${key})`);
      }
      for (const key of Reflect.ownKeys(value)) visit(Reflect.get(value, key), `${path}.${String(key)}`);
    };
    visit(module, 'module');
    expect(seen.size).to.be.greaterThan(50);
  });
});

describe('type expressions', () => {
  const module = () =>
    linked({ 'main.thrift': 'include "b.thrift"\nstruct User {}', 'b.thrift': 'struct B {}' });

  it('mean in a module what they would mean in its file', () => {
    const loaded = module();
    expect(String(typeOf(loaded, 'map<i32, list<User>>'))).to.equal('map<i32, list<User>>');
    expect(typeOf(loaded, ' User ')).to.equal(defined(loaded, 'struct', 'User'));
    expect(String(typeOf(loaded, 'set<b.B>'))).to.equal('set<b.B>');
    expect(typeOf(loaded, 'list<User>')).to.equal(typeOf(loaded, 'list<User>'));
  });

  it('are refused with a frame', () => {
    expect(() => typeOf(module(), 'list<Usr>')).to.throw(/unknown-type.*list<Usr>.*\^\^\^.*"User"/s);
    expect(() => typeOf(module(), 'list<'))
      .to.throw()
      .with.property('name', 'IdlError');
    expect(() => typeOf(module(), 'User User'))
      .to.throw()
      .with.property('name', 'IdlError');
    expect(() => typeOf(module(), ''))
      .to.throw()
      .with.property('name', 'IdlError');
  });
});
