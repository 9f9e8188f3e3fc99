import { expect } from 'chai';
import { defined, findings, linked, outcomeOf } from './linked.ts';

function methodOf(text: string, name = 'm') {
  return defined(outcomeOf(text).module, 'service', 'S').methods.get(name)!;
}

describe('services', () => {
  it('have methods with parameters, results and exceptions', () => {
    const text = `service S {
      /** Says who. */
      string who(1: i32 id) throws (1: X x) (a = "b"),
      oneway void tell(1: string text);
    }
    exception X { 1: string message }`;
    const module = linked(text);
    const { ownMethods } = defined(module, 'service', 'S');
    const [who, tell] = ownMethods;
    expect(String(who)).to.equal('S.who');
    expect(String(who!.returns)).to.equal('string');
    expect(who!.throws[0]!.type).to.equal(defined(module, 'exception', 'X'));
    expect(who!.annotations.a).to.deep.equal(['b']);
    expect(who!.doc).to.contain('Says who.');
    expect(tell).to.include({ oneway: true, service: 'S' });
    expect(tell).not.to.have.property('returns');
  });

  it('inherit methods, an ancestor’s first, from below and from other files', () => {
    const module = linked({
      'main.thrift':
        'include "b.thrift"\nservice S extends M { void s() } service M extends b.B { void m() }',
      'b.thrift': 'service B { void b() }',
    });
    const service = defined(module, 'service', 'S');
    expect([...service.methods.keys()]).to.deep.equal(['b', 'm', 's']);
    expect(service.methods.get('b')!.service).to.equal('B');
    expect(String(service.extends!.extends)).to.equal('b.B');
    expect(service.ownMethods.map(({ name }) => name)).to.deep.equal(['s']);
  });

  it('may take the place of an inherited method, not in silence', () => {
    const text = 'service A { void m() void n() } service B extends A {} service S extends B { i32 m() }';
    expect(findings(text)).to.deep.equal(['warning inherited-method main.thrift:1:82']);
    expect(methodOf(text).service).to.equal('S');
  });

  it('cannot repeat a method', () => {
    expect(findings('service S { void m() void m() }')).to.deep.equal([
      'error duplicate-name main.thrift:1:27',
    ]);
  });

  it('extend services only, and not each other', () => {
    expect(findings('struct A {} service S extends A {}')).to.deep.equal([
      'error not-a-service main.thrift:1:31',
    ]);
    expect(findings('service S extends Nope {}')).to.deep.equal(['error unknown-service main.thrift:1:19']);
    const { findings: found, diagnostics } = outcomeOf('service A extends B {} service B extends A {}');
    expect(found).to.deep.equal(['error extends-cycle main.thrift:1:19']);
    expect(diagnostics[0]!.message).to.contain('A -> B -> A');
    expect(findings('service A extends A {}')).to.deep.equal(['error extends-cycle main.thrift:1:19']);
  });

  it('say that opening an interaction is not supported', () => {
    const found = findings('interaction I {} service S { I a(), I, i32 b(), Nope, i32 c() }');
    expect(found).to.deep.equal([
      'warning interaction-result main.thrift:1:30',
      'warning interaction-result main.thrift:1:37',
      'error unknown-interaction main.thrift:1:49',
    ]);
  });

  it('return and throw nothing from a oneway method', () => {
    const text = 'exception X {} service S { oneway i32 m() throws (1: X x) }';
    expect(findings(text)).to.deep.equal([
      'warning oneway-result main.thrift:1:35',
      'warning oneway-throws main.thrift:1:51',
    ]);
    expect(methodOf(text).oneway).to.equal(true);
    expect(methodOf(text)).not.to.have.property('returns');
    expect(methodOf(text).throws).to.deep.equal([]);
  });

  it('know fbthrift’s qualifiers and interactions', () => {
    const module = linked(
      'interaction I { i32 next() } service S { performs I; readonly i32 a(), idempotent void b() }',
    );
    const service = defined(module, 'service', 'S');
    expect(service.performs).to.deep.equal([defined(module, 'interaction', 'I')]);
    expect(service.ownMethods.map(({ qualifiers }) => qualifiers)).to.deep.equal([
      ['readonly'],
      ['idempotent'],
    ]);
    expect(findings('service T {} service S { performs T; }')).to.deep.equal([
      'error not-an-interaction main.thrift:1:35',
    ]);
  });
});

describe('streams', () => {
  const structs = 'struct Req {} struct Res {} exception X {}';

  it('are declared by annotation', () => {
    const method = (mode: string) =>
      methodOf(`${structs} service S { Res m(1: Req r) (streaming.mode = "${mode}") }`).streaming;
    const shape = (mode: string) => {
      const { client, server, sends, receives, final } = method(mode)!;
      return [client, server, String(sends), String(receives), String(final)];
    };
    expect(shape('client')).to.deep.equal([true, false, 'Req', 'undefined', 'Res']);
    expect(shape('server')).to.deep.equal([false, true, 'undefined', 'Res', 'undefined']);
    expect(shape('bidirectional')).to.deep.equal([true, true, 'Req', 'Res', 'undefined']);
    expect(method('unary')).to.equal(undefined);
  });

  it('are declared by fbthrift’s return types', () => {
    const text = `${structs} service S {
      stream<Res> a(),
      i32, stream<Res throws (1: X x)> b(1: Req r) throws (1: X x),
      Res, sink<Req, i64> c(),
    }`;
    linked(text);
    const [a, b, c] = ['a', 'b', 'c'].map(name => methodOf(text, name));
    expect(a!.streaming).to.deep.include({ client: false, server: true, sendThrows: [] });
    expect([a!.returns, a!.streaming!.first]).to.deep.equal([undefined, undefined]);
    expect(String(a!.streaming!.receives)).to.equal('Res');
    expect([String(b!.returns), String(b!.streaming!.first)]).to.deep.equal(['i32', 'i32']);
    expect(b!.streaming!.receiveThrows.map(({ name }) => name)).to.deep.equal(['x']);
    expect(c!.streaming).to.include({ client: true, server: false });
    expect([c!.streaming!.sends, c!.streaming!.final, c!.streaming!.first].map(String)).to.deep.equal([
      'Req',
      'i64',
      'Res',
    ]);
  });

  it('must make sense', () => {
    const code = (method: string) =>
      findings(`${structs} service S { ${method} }`).map(text => text.split(' ')[1]);
    expect(code('Res m(1: Req r) (streaming.mode = "both")')).to.deep.equal(['streaming-mode']);
    expect(code('Res m() (streaming.mode = "client")')).to.deep.equal(['streaming-mode']);
    expect(code('void m(1: Req r) (streaming.mode = "server")')).to.deep.equal(['streaming-mode']);
    expect(code('oneway Res m(1: Req r) (streaming.mode = "server")')).to.deep.equal(['oneway-stream']);
  });
});
