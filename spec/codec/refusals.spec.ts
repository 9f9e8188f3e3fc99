import { expect } from 'chai';
import { ValueError } from '../../src/errors/value-error.ts';
import { loadSource } from '../../src/load.ts';
import { binary } from '../../src/protocol/binary.ts';
import { describe as describeLoaded, type } from '../../src/values/module.ts';
import { engines, Subject, verdictOf } from './engines.ts';
import { module, refused } from './refused.ts';

for (const engine of engines) {
  describe(`a refused value, ${engine}`, () => {
    const subject = new Subject(engine);

    for (const [expression, value, code, message] of refused) {
      it(message, () => {
        const verdict = verdictOf(() => subject.encode(type(module, expression), value));
        expect(verdict).to.include({ code, message });
      });
    }

    it('is a TypeError whose stack begins where the caller called', () => {
      let error: unknown;
      try {
        subject.encode(type(module, 'Book'), {});
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.be.instanceOf(ValueError).and.instanceOf(TypeError);
      expect((error as Error).stack)
        .to.match(/^ValueError: Book\.title: /)
        .and.contain('refusals.spec.ts');
      expect((error as Error).stack).to.not.contain('explain');
    });

    it('contains itself, or nests deeper than the limit', () => {
      const Request = type(module, 'Request');
      const nest = (depth: number): object => (depth === 0 ? {} : { next: nest(depth - 1) });
      expect(verdictOf(() => subject.encode(Request, nest(64)))).to.have.property('value');
      const next = '.next'.repeat(65);
      expect(verdictOf(() => subject.encode(Request, nest(65)))).to.include({
        code: 'too-deep',
        message: `Request${next}: nested deeper than 64 (limits.depth), or the value contains itself`,
      });
      const circle: { next?: object; shelf?: object[] } = {};
      circle.next = circle;
      expect(verdictOf(() => subject.encode(Request, circle))).to.include({ code: 'too-deep' });
      expect(verdictOf(() => new Subject(engine, binary, { depth: 2 }).encode(Request, nest(3)))).to.include({
        code: 'too-deep',
        path: 'Request.next.next.next',
      });
    });

    it('is refused for a key too much in an instance, too', () => {
      const { Request, Either } = module as Record<string, new (init: object) => object>;
      for (const [made, name] of [
        [new Request!({}), 'Request'],
        [new Request!({ user_id: 1, either: { number: 1 } }), 'Request'],
        [new Either!({ number: 1 }), 'Either'],
      ] as const) {
        Object.assign(made, { typo: 1 });
        expect(verdictOf(() => subject.encode(type(module, name), made))).to.include({
          code: 'unknown-field',
          path: `${name}.typo`,
        });
      }
    });

    it('leaves nothing behind: the next value is written as if it had not been', () => {
      const Book = describeLoaded(module, 'Book') as never;
      const before = subject.encode(Book, { title: 'a' }).toString('hex');
      expect(verdictOf(() => subject.encode(Book, { title: 'a', stars: 'x' }))).to.include({
        code: 'wrong-type',
      });
      expect(subject.encode(Book, { title: 'a' }).toString('hex')).to.equal(before);
    });
  });

  describe(`a value that is not refused, ${engine}`, () => {
    const subject = new Subject(engine);
    const same = (name: string, value: unknown, like: unknown) =>
      expect(subject.encode(type(module, name), value).toString('hex')).to.equal(
        subject.encode(type(module, name), like).toString('hex'),
      );

    it('may be an object of any class, and have its fields by inheritance', () => {
      class Row {
        title = 'a';
        get stars() {
          return 3;
        }
      }
      same('Book', new Row(), { title: 'a', stars: 3 });
      same('Book', Object.freeze({ title: 'a' }), { title: 'a' });
      same('Book', Object.create({ title: 'a' }), { title: 'a' });
    });

    it('may be an object without a prototype', () => {
      same('Book', Object.assign(Object.create(null), { title: 'a' }), { title: 'a' });
      same('Empty', Object.create(null), {});
      same(
        'Request',
        { byName: Object.assign(Object.create(null), { k: { title: 'a' } }) },
        { byName: new Map([['k', { title: 'a' }]]) },
      );
    });

    it('may be an error of another class, for an exception', () => {
      same('Lost', Object.assign(new RangeError('m'), { code: 5 }), { message: 'm', code: 5 });
    });

    it('may be an instance of the class of another load', () => {
      const other = loadSource('struct Book { 1: string title, 2: i8 stars } struct Empty {}');
      same('Book', new other.Book({ stars: 1, title: 'a' }), { title: 'a', stars: 1 });
    });
  });
}
