import { expect } from 'chai';
import { type DynamicModule, type IdlTypeError, type InputOf, idl, type LoadSourceOptions } from 'livethrift';
import { holds, type Same } from './same.ts';

const options = { onWarning: () => {} };

describe('types from text, where they end', () => {
  it('follow the options that are written', () => {
    const text = 'struct Sum { 1: required i64 total, 2: required map<string, i64> parts }';
    const number = idl(text, { int64: 'number', maps: 'object' });
    holds<Same<InstanceType<typeof number.Sum>, { total: number; parts: { [key: string]: number } }>>();
    expect(new number.Sum({ total: 1, parts: {} }).total).to.equal(1);

    const given: LoadSourceOptions = {};
    const either = idl(text, given);
    holds<Same<InstanceType<typeof either.Sum>['total'], bigint | number>>();
    // @ts-expect-error no such option
    expect(() => idl(text, { int46: 'number' })).to.throw(TypeError);
  });

  it('are loose where the text is not known', () => {
    const name: string = 'Echo';
    const whole = idl(`service ${name} {}`.toString());
    const part = idl(`service ${name} {}`);
    holds<Same<typeof whole, DynamicModule>>();
    holds<Same<typeof part, DynamicModule>>();
    expect(String(part.Echo)).to.equal('service Echo');
  });

  it('know nothing of what is included', () => {
    const module = idl('include "dir/other.thrift" struct Holder { 1: required other.Thing thing }', {
      include: () => 'struct Thing {}',
    });
    holds<Same<typeof module.other, DynamicModule>>();
    holds<Same<InputOf<typeof module.Holder>, { readonly thing: unknown }>>();
    expect(new module.Holder({ thing: {} }).thing).to.deep.equal({});
  });

  it('say what is missing, and never turn in circles', () => {
    const wrong = () =>
      idl(`
        typedef A B  typedef list<B> A
        struct S { 1: required Nowhere a, 2: required B b }
        service V extends Missing {}
        service W extends W {}
        const i32 X = Y  const i32 Y = X
      `);
    type Wrong = ReturnType<typeof wrong>;
    holds<Same<InstanceType<Wrong['S']>['a'], IdlTypeError<'Nowhere is not defined in this text'>>>();
    holds<Same<InstanceType<Wrong['S']>['b'], IdlTypeError<'typedef B leads back to itself'>[]>>();
    holds<
      Same<
        Wrong['V'],
        IdlTypeError<'the service Missing is not defined in this text: generate types, or use loadSource'>
      >
    >();
    holds<Same<Wrong['W'], IdlTypeError<'a service extends itself'>>>();
    holds<Same<Wrong['X'], IdlTypeError<'const Y leads back to itself'>>>();
    expect(wrong).to.throw('Nowhere');
  });

  it('do not cover structured annotations', () => {
    const module = idl('@thrift.Uri{value = "x"} struct S { 1: i32 a }', options);
    holds<typeof module extends IdlTypeError<infer _Why> ? true : false>();
    expect(module).to.have.property('S');
  });
});
