import { expect } from 'chai';
import { loadSource } from '../../src/load.ts';
import { binary } from '../../src/protocol/binary.ts';
import { type } from '../../src/values/module.ts';
import { engines, Subject, verdictOf } from './engines.ts';

const module = loadSource('struct S { 1: i8 length } union U { 1: i8 length, 2: string text }');

for (const engine of engines) {
  describe(`what has a length without being a struct with one, ${engine}`, () => {
    const subject = new Subject(engine, binary);
    for (const name of ['S', 'U']) {
      it(`is refused for ${name}`, () => {
        for (const other of [[null], ['a'], new Uint8Array(1), Object('b')]) {
          const verdict = verdictOf(() => subject.encode(type(module, name), other));
          expect(verdict).to.not.have.property('value');
        }
        const good = verdictOf(() => subject.encode(type(module, name), { length: 1 }).toString('hex'));
        expect(good).to.deep.equal({ value: '0300010100' });
      });
    }
  });
}
