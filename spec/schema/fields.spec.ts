import { expect } from 'chai';
import { defined, findings, linked, outcomeOf } from './linked.ts';

function fieldsOf(text: string) {
  return defined(outcomeOf(text).module, 'struct', 'S').fields;
}

describe('fields', () => {
  it('are found by name and by id', () => {
    const struct = defined(linked('struct S { 1: i32 a, 7: required string b }'), 'struct', 'S');
    expect(struct.byName.get('b')).to.equal(struct.byId.get(7));
    expect(struct.fields.map(({ requiredness }) => requiredness)).to.deep.equal(['default', 'required']);
  });

  it('count down from -1 where they have no id', () => {
    const text = 'struct S { i32 a, i32 b, 5: i32 c, i32 d }';
    expect(fieldsOf(text).map(({ id }) => id)).to.deep.equal([-1, -2, 5, -3]);
    expect(findings(text)).to.deep.equal([
      'warning implicit-field-id main.thrift:1:16',
      'warning implicit-field-id main.thrift:1:23',
      'warning implicit-field-id main.thrift:1:40',
    ]);
  });

  it('keep an id that is not positive, not in silence', () => {
    const text = 'struct S { 0: i32 a, -5: i32 b }';
    expect(fieldsOf(text).map(({ id }) => id)).to.deep.equal([0, -5]);
    expect(findings(text)).to.deep.equal([
      'warning field-id-not-positive main.thrift:1:12',
      'warning field-id-not-positive main.thrift:1:22',
    ]);
  });

  it('cannot have an id beyond i16', () => {
    expect(findings('struct S { 32768: i32 a, -32769: i32 b }')).to.deep.equal([
      'error field-id-range main.thrift:1:12',
      'error field-id-range main.thrift:1:26',
    ]);
  });

  it('cannot repeat an id or a name', () => {
    const { findings, diagnostics } = outcomeOf('struct S { 1: i32 a, 1: i32 b, 2: i32 a }');
    expect(findings).to.deep.equal([
      'error duplicate-id main.thrift:1:22',
      'error duplicate-name main.thrift:1:39',
    ]);
    expect(diagnostics[0]!.message).to.equal('1 is the id of "a" already');
  });

  it('may have any word as their name', () => {
    const names = [
      'list',
      'string',
      'required',
      'struct',
      'async',
      'class',
      'constructor',
      'then',
      '__proto__',
    ];
    const text = `struct S { ${names.map((name, index) => `${index + 1}: i32 ${name}`).join(', ')} }`;
    expect([...defined(linked(text), 'struct', 'S').byName.keys()]).to.deep.equal(names);
  });
});

describe('unions', () => {
  it('have optional fields only', () => {
    const text = 'union U { 1: required i32 a, 2: i32 b, 3: optional i32 c }';
    const { fields } = defined(outcomeOf(text).module, 'union', 'U');
    expect(fields.map(({ requiredness }) => requiredness)).to.deep.equal([
      'optional',
      'optional',
      'optional',
    ]);
    expect(findings(text)).to.deep.equal(['warning union-required main.thrift:1:27']);
  });

  it('make little sense with two defaults', () => {
    expect(findings('union U { 1: i32 a = 1, 2: i32 b }')).to.deep.equal([]);
    expect(findings('union U { 1: i32 a = 1, 2: i32 b = 2 }')).to.deep.equal([
      'warning union-defaults main.thrift:1:36',
    ]);
  });
});

describe('parameters and throws', () => {
  it('have requirednesses of their own', () => {
    const text = `exception X {}
service S { void m(1: optional i32 a, 2: required i32 b, 3: i32 c = 5) throws (1: required X x) }`;
    const [method] = defined(outcomeOf(text).module, 'service', 'S').ownMethods;
    expect(method!.parameters.map(({ requiredness }) => requiredness)).to.deep.equal([
      'default',
      'required',
      'default',
    ]);
    expect(method!.parameters[2]!.defaultValue).to.deep.equal({ kind: 'i32', value: 5 });
    expect(method!.throws[0]!.requiredness).to.equal('optional');
    expect(findings(text)).to.deep.equal([
      'warning optional-parameter main.thrift:2:36',
      'warning required-throws main.thrift:2:94',
    ]);
  });

  it('throw exceptions, also such as are defined below', () => {
    linked('service S { void m() throws (1: E x, 2: E y) } typedef X E exception X {}');
    expect(findings('struct X {} service S { void m() throws (1: X x, 2: i32 y) }')).to.deep.equal([
      'warning throws-not-exception main.thrift:1:45',
      'warning throws-not-exception main.thrift:1:53',
    ]);
  });

  it('do not throw under the id of the result', () => {
    const text = 'exception X {} service S { i32 m() throws (0: X x, X y) }';
    const [method] = defined(outcomeOf(text).module, 'service', 'S').ownMethods;
    expect(method!.throws.map(({ id }) => id)).to.deep.equal([-1, -2]);
    expect(findings(text)[0]).to.equal('warning field-id-not-positive main.thrift:1:44');
  });
});
