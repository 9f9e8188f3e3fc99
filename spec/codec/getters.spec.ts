import { expect } from 'chai';
import { loadSource } from '../../src/load.ts';
import { serialize } from '../../src/serialize.ts';
import { type } from '../../src/values/module.ts';
import { engines, Subject, verdictOf } from './engines.ts';

const module = loadSource(`
  struct Outer { 1: string before, 2: i32 number, 3: list<Inner> list, 4: map<string, Inner> map, 5: set<Inner> set,
    6: string after }
  struct Inner { 1: i32 id, 2: list<i32> numbers }
`);
const outer = type(module, 'Outer');
const inner = type(module, 'Inner');

describe('a getter that serializes another value', () => {
  it('leaves both as they would be alone', () => {
    const numbers = Array.from({ length: 1000 }, (_, i) => i);
    const alone = {
      inner: serialize(inner, { id: 5, numbers }),
      outer: serialize(outer, { number: 5, after: 'x' }),
    };
    let within: Uint8Array | undefined;
    const value = {
      get number() {
        within = serialize(inner, { id: 5, numbers });
        return 5;
      },
      after: 'x',
    };
    for (let round = 0; round < 3; round++) {
      expect(serialize(outer, value)).to.deep.equal(alone.outer);
      expect(within).to.deep.equal(alone.inner);
    }
  });
});

for (const engine of engines) {
  const subject = new Subject(engine);

  describe(`a getter that throws, ${engine}`, () => {
    const own = new RangeError('mine');
    const thrower = {
      get id(): number {
        throw own;
      },
    };
    for (const [where, value] of [
      ['a field', { number: 1, list: [thrower] }],
      ['a map', { map: { k: thrower } }],
      ['a set', { set: [thrower, { id: 1 }] }],
    ] as const) {
      it(`has its error passed on as it is, from ${where}`, () => {
        expect(() => subject.encode(outer, value)).to.throw(own as never);
        expect(subject.encode(outer, { number: 1 }).toString('hex')).to.equal('0800020000000100');
      });
    }
  });

  describe(`a value that changes while it is read, ${engine}`, () => {
    const changes: readonly (readonly [string, () => object])[] = [
      ['a list that grows', () => listThat(list => list.push({ id: 9 }))],
      ['a list that shrinks', () => listThat(list => list.pop())],
      ['a list that is emptied', () => listThat(list => list.splice(0))],
      ['a map that grows', () => mapThat(map => map.set('c', { id: 9 }))],
      ['a map that shrinks', () => mapThat(map => map.delete('b'))],
      ['a set that grows', () => setThat(set => set.add({ id: 9 }))],
      ['a set that shrinks', () => setThat(set => set.clear())],
    ];
    for (const [what, make] of changes) {
      it(`is refused: ${what}`, () => {
        expect(verdictOf(() => subject.encode(outer, make()))).to.deep.equal({
          code: 'changed-while-read',
          path: 'Outer',
          message: 'Outer: the value changed while it was read, or a getter of it does',
        });
      });
    }

    it('is refused when it was wrong at first, and right when it was looked at again', () => {
      let times = 0;
      const value = {
        get number() {
          return times++ === 0 ? 'oops' : 1;
        },
      };
      expect(verdictOf(() => subject.encode(outer, value))).to.include({ code: 'changed-while-read' });
    });

    it('is taken as it is found where only what comes later changed', () => {
      const value = listThat((_, outside) => {
        outside.after = 'changed';
      });
      expect(subject.encode(outer, value).toString('latin1')).to.contain('changed');
    });
  });
}

/** The list changes when the first of its elements is read, once. */
function listThat(change: (list: object[], outside: { after: string }) => void): object {
  const outside = { list: [] as object[], after: 'x' };
  outside.list.push(
    reader(() => change(outside.list, outside)),
    { id: 2 },
  );
  return outside;
}

function mapThat(change: (map: Map<string, object>) => void): object {
  const map = new Map<string, object>();
  map
    .set(
      'a',
      reader(() => change(map)),
    )
    .set('b', { id: 2 });
  return { map };
}

function setThat(change: (set: Set<object>) => void): object {
  const set = new Set<object>();
  let reads = 0;
  // The elements of a set are read before it is written, too, to see whether two are equal.
  set.add({
    get id() {
      if (++reads === 2) change(set);
      return 1;
    },
  });
  set.add({ id: 2 });
  return { set };
}

function reader(change: () => void): object {
  let done = false;
  return {
    get id() {
      if (!done) change();
      done = true;
      return 1;
    },
  };
}
