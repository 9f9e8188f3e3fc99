import { inspect } from 'node:util';
import { expect } from 'chai';
import { loadSource } from '../../src/load.ts';
import { deserialize, serialize } from '../../src/serialize.ts';
import type { StructClass } from '../../src/values/classes.ts';
import { toObject } from '../../src/values/lookup.ts';

const { NotFound, Failure, Odd, Text } = loadSource(`
  exception NotFound { 1: i32 id, 2: optional string what }
  exception Failure { 1: string message, 2: i32 code = 3 }
  exception Odd { 1: i32 message, 2: string name, 3: string stack, 4: i32 cause, 5: string fields, 6: i32 id }
  exception Text { 1: string message = "by default" }
`);

// biome-ignore lint/suspicious/noExplicitAny: a loaded class without a type of its own
function roundTrip(made: any, value: object): any {
  return deserialize(made, serialize(made, value));
}

describe('the class of an exception', () => {
  it('is an Error with the name of the exception', () => {
    const error = new NotFound({ id: 1 });
    expect(error).to.be.instanceOf(Error).and.instanceOf(NotFound);
    expect(error.name).to.equal('NotFound');
    expect(Object.prototype.toString.call(error)).to.equal('[object Error]');
    expect(Object.keys(error)).to.deep.equal(['id', 'what']);
  });

  it('has the field "message" for its message', () => {
    for (const error of [new Failure({ message: 'boom' }), roundTrip(Failure, { message: 'boom' })]) {
      expect(error.message).to.equal('boom');
      expect(String(error)).to.equal('Failure: boom');
      expect(error.code).to.equal(3);
    }
    expect(new Text().message).to.equal('by default');
    expect(roundTrip(Text, {}).message).to.equal('by default');
    expect(new Failure({ message: '' }).message).to.equal('');
  });

  it('has a text of its fields for a message where it has none', () => {
    expect(new NotFound({ id: 1 }).message).to.equal('NotFound { id: 1 }');
    expect(roundTrip(NotFound, { id: 1, what: 'x' }).message).to.equal("NotFound { id: 1, what: 'x' }");
    expect(new Failure().message).to.equal('Failure { code: 3 }');
    expect(new Failure({ message: null }).message).to.equal('Failure { code: 3 }');
    expect(new Odd({ message: 5, id: 1 }).message).to.equal('Odd { message: 5, id: 1 }');
  });

  it('does not send the text that stands for a message', () => {
    expect(serialize(Failure, new Failure({ code: null }))).to.deep.equal(Uint8Array.of(0));
    expect(roundTrip(Failure, new Failure())).to.not.have.own.property('message');
  });

  it('can be given another message', () => {
    for (const error of [new Failure(), roundTrip(Failure, {})]) {
      error.message = 'later';
      expect(error.message).to.equal('later');
      expect(roundTrip(Failure, error).message).to.equal('later');
    }
  });

  it('has the fields that would not be themselves under "fields"', () => {
    const given = { message: 5, name: 'n', stack: 's', cause: 6, fields: 'f', id: 7 };
    for (const error of [new Odd(given), roundTrip(Odd, given)]) {
      expect({ ...error.fields }).to.deep.equal({ message: 5, name: 'n', stack: 's', cause: 6, fields: 'f' });
      expect(error.id).to.equal(7);
      expect(error.name).to.equal('Odd');
      expect(error.stack).to.be.a('string').and.not.equal('s');
      expect(error.cause).to.equal(undefined);
      expect(toObject(error)).to.deep.equal(given);
      expect(JSON.parse(JSON.stringify(error))).to.deep.equal(given);
      expect(serialize(Odd, error)).to.deep.equal(serialize(Odd, given));
    }
    expect(new NotFound()).to.not.have.property('fields');
  });

  it('has a stack that begins with its message and where it was made', () => {
    const lines = new Failure({ message: 'boom' }).stack.split('\n');
    expect(lines[0]).to.equal('Failure: boom');
    expect(lines[1]).to.contain('exceptions.spec.ts');
    expect(new NotFound({ id: 1 }).stack.split('\n')[0]).to.equal('NotFound: NotFound { id: 1 }');
  });

  it('captures no stack when decoded, and leaves the limit of stacks as it was', () => {
    const limit = Error.stackTraceLimit;
    expect(roundTrip(Failure, { message: 'boom' }).stack).to.equal('Failure: boom');
    expect(Error.stackTraceLimit).to.equal(limit);
    new Failure();
    expect(() => new Failure({ typo: 1 }))
      .to.throw('no such field')
      .with.property('name', 'ValueError');
    expect(Error.stackTraceLimit).to.equal(limit);
  });

  it('prints itself as an error with its fields', () => {
    expect(inspect(roundTrip(Failure, { message: 'boom' }))).to.equal('[Failure: boom] { code: 3 }');
    expect(inspect(new Failure({ message: 'boom' }))).to.match(
      /^Failure: boom\n {4}at .*\{\n {2}code: 3\n\}$/s,
    );
  });

  it('may be extended', () => {
    class Gone extends (NotFound as StructClass<Error & { id: number }>) {
      get hint() {
        return `${this.id} is gone`;
      }
    }
    const error = new Gone({ id: 4 });
    expect(error).to.be.instanceOf(NotFound);
    expect(error.hint).to.equal('4 is gone');
    expect(error.stack!.split('\n')[1]).to.contain('exceptions.spec.ts');
    expect(serialize(NotFound, error)).to.deep.equal(serialize(NotFound, { id: 4 }));
  });

  it('may carry a cause and other properties that are not sent', () => {
    const error = Object.assign(new NotFound({ id: 4 }), { cause: new Error('x'), requestId: 'r' });
    expect(serialize(NotFound, error)).to.deep.equal(serialize(NotFound, { id: 4 }));
  });
});
