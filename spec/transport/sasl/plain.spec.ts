import { expect } from 'chai';
import { type CheckPassword, saslPlain, saslPlainServer } from '../../../src/transport/sasl/plain.ts';
import { rejection } from '../../support/errors.ts';
import { hex } from '../../support/hex.ts';

describe('PLAIN', () => {
  it('needs a name and a password, and has no room for NUL', () => {
    expect(() => saslPlain('', 'x')).to.throw(
      TypeError,
      'username is empty; a server that does not check it',
    );
    expect(() => saslPlain('u', '')).to.throw(TypeError, 'password is empty');
    expect(() => saslPlain('u', 'a\0b')).to.throw(TypeError, 'password has a NUL character');
    expect(() => saslPlain('u', 'x', '\0')).to.throw(TypeError, 'authorizationId has a NUL character');
    expect(() => saslPlain('u', undefined as unknown as string)).to.throw(TypeError, 'password is no string');
  });

  it('carries all of it in UTF-8', async () => {
    const { data } = await saslPlain('ü', 'π', 'boss').begin().respond(undefined);
    expect(Buffer.from(data!).toString()).to.equal('boss\0ü\0π');
  });

  const judged = async (text: string | Uint8Array, check: CheckPassword) =>
    saslPlainServer(check).begin().respond(Buffer.from(text));

  it('gives the check what was sent, and the user that the check names', async () => {
    const asked: unknown[] = [];
    const check: CheckPassword = (...args) => asked.push(args) > 0;
    expect(await judged('\0ü\0π', check)).to.deep.equal({ done: true, user: 'ü' });
    expect(await judged('u\0u\0x', check)).to.deep.equal({ done: true, user: 'u' });
    expect(await judged('boss\0u\0x', async (_, __, actsAs) => actsAs!)).to.include({ user: 'boss' });
    expect(asked).to.deep.equal([
      ['ü', 'π', undefined],
      ['u', 'x', 'u'],
    ]);
  });

  it('lets nobody act as another on a mere yes', async () => {
    expect(await rejection(judged('boss\0u\0x', () => true))).to.include({ code: 'PERMISSION_DENIED' });
  });

  it('asks nobody about what is no name with a password', async () => {
    const check = () => expect.fail('asked');
    for (const text of ['', 'u\0x', '\0u\0', '\0\0x', '\0u\0x\0', '\0u\0x\0y', hex('00 75 00 ff')]) {
      expect(await rejection(judged(text, check))).to.include({ code: 'UNAUTHENTICATED' });
    }
  });

  it('takes only an answer for one', async () => {
    for (const answer of [undefined, '', 1, null]) {
      const error = await rejection(judged('\0u\0x', () => answer as unknown as boolean));
      expect(error).to.be.instanceOf(TypeError);
    }
  });
});
