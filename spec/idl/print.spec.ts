import { expect } from 'chai';
import fc from 'fast-check';
import { print, printType, printValue } from '../../src/idl/print.ts';
import { bare, sample, valid } from './fixtures.ts';
import { documents } from './trees.ts';

describe('print', () => {
  it('writes text that parses to the same tree', () => {
    fc.assert(
      fc.property(documents, document => {
        expect(bare(valid(print(document)))).to.deep.equal(bare(document));
      }),
      { numRuns: 300 },
    );
  });

  for (const name of ['kitchen-sink.thrift', 'fbthrift.thrift']) {
    it(`keeps all of ${name}, and is stable`, () => {
      const document = valid(sample(name));
      const text = print(document);
      expect(bare(valid(text))).to.deep.equal(bare(document));
      expect(print(valid(text))).to.equal(text);
    });
  }

  it('writes one member per line', () => {
    const text = `struct User{1:required i32 id,/** Said. */2:list<map<string,i64>>xs=[{"a":1}](k="v")}`;
    expect(print(valid(text))).to.equal(
      [
        'struct User {',
        '  1: required i32 id;',
        '  /**',
        '   * Said.',
        '   */',
        '  2: list<map<string, i64>> xs = [{"a": 1}] (k = "v");',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('writes a type and a value alone', () => {
    const [typedef, constant] = valid('typedef map<i32, set<a.B>> T const double D = 5e0').definitions;
    expect(typedef?.kind === 'typedef' && printType(typedef.type)).to.equal('map<i32, set<a.B>>');
    expect(constant?.kind === 'const' && printValue(constant.value)).to.equal('5.0');
  });
});
