import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { loadSource } from '../../src/load.ts';
import { serialize } from '../../src/serialize.ts';
import { equals, toObject } from '../../src/values/lookup.ts';
import { describe as describeLoaded } from '../../src/values/module.ts';
import { engines, Subject } from '../codec/engines.ts';

const hostile = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'toLocaleString', 'valueOf', 'hasOwnProperty'],
  ...[
    'isPrototypeOf',
    '__defineGetter__',
    'then',
    'toJSON',
    'message',
    'name',
    'stack',
    'cause',
    'fields',
    'length',
  ],
  ...[
    'arguments',
    'caller',
    'eval',
    'await',
    'undefined',
    'NaN',
    'this',
    'v',
    'w',
    'p',
    'depth',
    'r',
    'B',
    'D',
    'E',
    'x',
  ],
].filter(name => isReadable(`struct S { 1: i32 ${name} }`));

describe('names that mean something to JavaScript', () => {
  it('are many', () => {
    expect(hostile.length).to.be.at.least(25);
  });

  for (const kind of ['struct', 'exception', 'union']) {
    for (const engine of engines) {
      it(`are names of fields like any other: ${kind}, ${engine}`, () => {
        const subject = new Subject(engine);
        for (const name of hostile) {
          const module = loadSource(`${kind} S { 1: i32 ${name} } ${kind} Plain { 1: i32 plain }`);
          const type = describeLoaded(module, 'S') as never;
          const given = JSON.parse(`{${JSON.stringify(name)}:5}`) as object;
          const bytes = subject.encode(type, given);
          expect(bytes.toString('hex'), name).to.equal('0800010000000500');
          const decoded = subject.decode(type, bytes) as object;
          expect(decoded).to.be.instanceOf(module.S);
          expect(Object.getPrototypeOf(decoded)).to.equal(module.S.prototype);
          for (const value of [decoded, new module.S(given)]) {
            deepStrictEqual(toObject(value), given);
            expect(equals(type, value, given)).to.equal(true);
            expect(subject.encode(type, value).toString('hex')).to.equal('0800010000000500');
            expect(JSON.stringify(value)).to.equal(`{"${name}":5}`);
            expect(inspect(value)).to.contain('5');
          }
          if (kind !== 'union') {
            const unset = subject.decode(type, Buffer.alloc(1)) as object;
            deepStrictEqual(toObject(unset), {});
            expect(subject.encode(type, unset).toString('hex'), name).to.equal('00');
            expect(subject.encode(type, {}).toString('hex'), name).to.equal('00');
            expect(subject.encode(type, new module.S()).toString('hex'), name).to.equal('00');
          }
        }
      });
    }
  }

  it('are names of definitions like any other', () => {
    for (const name of hostile) {
      const module = loadSource(
        `struct ${name} { 1: i32 a }\nstruct Holder { 1: ${name} held, 2: list<${name}> all }\nconst ${name} C = {"a": 1}`,
      );
      expect(describeLoaded(module, name).name).to.equal(name);
      if (name !== 'then') expect(new module[name]({ a: 1 })).to.deep.equal(module.C);
      expect(module.C.constructor.name).to.equal(name);
      expect(serialize(module.Holder, { held: { a: 1 }, all: [module.C] }).length).to.equal(28);
      expect(() => serialize(module.Holder, { held: { b: 1 } })).to.throw('Holder.held.b: ');
    }
  });

  it('are keys like any other', () => {
    for (const maps of ['map', 'object'] as const) {
      const module = loadSource('struct S { 1: map<string, string> m }', { maps });
      const type = describeLoaded(module, 'S') as never;
      const given = JSON.parse(`{${hostile.map(name => `"${name}":"${name}"`).join()}}`) as object;
      for (const engine of engines) {
        const subject = new Subject(engine);
        for (const m of [given, new Map(Object.entries(given))]) {
          const decoded = subject.decode(type, subject.encode(type, { m })) as { m: object };
          expect(decoded.m instanceof Map ? [...decoded.m] : Object.entries(decoded.m)).to.deep.equal(
            Object.entries(given),
          );
        }
      }
    }
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });
});

/** Some are keywords of the language or reserved by it. */
function isReadable(text: string): boolean {
  try {
    loadSource(text, { onWarning() {} });
    return true;
  } catch {
    return false;
  }
}
