import { expect } from 'chai';
import { type SaslAccepted, saslAccept } from '../../../src/transport/sasl/accept.ts';
import type { SaslServerMechanism } from '../../../src/transport/sasl/mechanism.ts';
import { type CheckPassword, saslPlainServer } from '../../../src/transport/sasl/plain.ts';
import { rejection, rpcError } from '../../support/errors.ts';
import { framed, hex, toHex } from '../../support/hex.ts';
import { until } from '../../support/peers.ts';
import { reading, Wire } from '../../support/wire.ts';
import {
  BAD,
  COMPLETE,
  complete,
  ERROR,
  forever,
  loudServer,
  OK,
  options,
  ping,
  response,
  said,
  start,
} from './messages.ts';

describe('saslAccept', () => {
  const letIn: CheckPassword = () => true;

  async function accepted(
    bytes: Uint8Array,
    mechanisms: readonly SaslServerMechanism[],
    size?: number,
  ): Promise<SaslAccepted & { wire: Wire }> {
    const wire = new Wire();
    wire.feed(bytes, size);
    return { ...(await saslAccept(wire, mechanisms, options())), wire };
  }

  it('lets in who convinces a mechanism, from OK as from COMPLETE, whatever the chunks', async () => {
    const python = Buffer.concat([start, said(OK, '\0u\0x'), framed(ping)]);
    const java = Buffer.concat([start, response, framed(ping)]);
    for (const bytes of [python, java]) {
      for (let size = 1; size <= bytes.length; size++) {
        const { stream, user, mechanism, wire } = await accepted(bytes, [saslPlainServer(letIn)], size);
        expect({ user, mechanism }).to.deep.equal({ user: 'u', mechanism: 'PLAIN' });
        const seen = reading(stream);
        await until(() => seen.bytes.length === ping.length);
        expect(toHex(seen.bytes)).to.equal(toHex(ping));
        expect(toHex(await wire.answer())).to.equal(toHex(complete));
        stream.destroy();
      }
    }
  });

  it('asks as often as its mechanism does', async () => {
    const wire = new Wire();
    const accepting = saslAccept(wire, [saslPlainServer(letIn), loudServer], options());
    wire.feed(Buffer.concat([said(1, 'LOUD'), said(OK)]));
    expect(toHex(await wire.answer())).to.equal(toHex(said(OK, 'say')));
    wire.feed(said(OK, 'SAY'));
    expect(toHex(await wire.answer())).to.equal(toHex(said(COMPLETE, 'proof')));
    const { user, mechanism, stream } = await accepting;
    expect({ user, mechanism }).to.deep.equal({ user: 'shouter', mechanism: 'LOUD' });
    stream.destroy();
  });

  async function refused(bytes: Uint8Array, mechanisms: readonly SaslServerMechanism[]) {
    const wire = new Wire();
    wire.feed(bytes);
    const error = await rpcError(saslAccept(wire, mechanisms, options()));
    await until(() => wire.closed);
    expect(wire.sent.length === 0 || wire.hasEnded).to.equal(true);
    const text = wire.sent.toString('utf8', 5);
    return { error, status: wire.sent[0], text };
  }

  it('tells a client what there is when it asks for something else', async () => {
    const { error, status, text } = await refused(said(1, 'GSSAPI'), [saslPlainServer(letIn), loudServer]);
    expect({ status, text }).to.deep.equal({
      status: BAD,
      text: 'Unsupported mechanism type "GSSAPI"; there are: PLAIN, LOUD',
    });
    expect(error).to.include({ code: 'UNAUTHENTICATED' });
    expect(error.message).to.equal(`SASL: peer:1 was refused: ${text}`);
  });

  it('sends the reasons of a mechanism, and keeps its failures to itself', async () => {
    const login = Buffer.concat([start, response]);
    const wrong = await refused(login, [saslPlainServer(() => false)]);
    expect(wrong).to.include({ status: BAD, text: 'the user name or the password is wrong' });
    expect(wrong.error.code).to.equal('UNAUTHENTICATED');
    const broken = await refused(login, [
      saslPlainServer(() => Promise.reject(new Error('db://secret down'))),
    ]);
    expect(broken).to.include({ status: ERROR, text: "the server's PLAIN failed" });
    expect(broken.error).to.include({ code: 'INTERNAL' });
    expect(broken.error.message).to.include('db://secret down');
  });

  it('refuses what is no negotiation', async () => {
    const early = await refused(said(OK), [loudServer]);
    expect(early).to.include({
      status: ERROR,
      text: 'expected a START with the name of a mechanism, got OK',
    });
    const twice = await refused(Buffer.concat([said(1, 'LOUD'), said(1, 'LOUD')]), [loudServer]);
    expect(twice.text).to.equal("expected the client's response to LOUD, got START");
    const long = await refused(hex('01 00010001'), [loudServer]);
    expect(long).to.include({ status: ERROR, text: 'Invalid payload header length: 65537' });
    const endless = await refused(
      Buffer.concat([said(1, 'FOREVER'), ...Array.from({ length: 50 }, () => said(OK))]),
      [forever],
    );
    expect(endless.text).to.include('FOREVER is not complete after 16 messages');
    const given = await refused(Buffer.concat([said(1, 'LOUD'), said(BAD, 'no ticket')]), [loudServer]);
    expect(given.error.message).to.equal('SASL: peer:1 refused: "no ticket" (BAD)');
    expect(given.status).to.equal(undefined);
  });

  it('tells what a client speaks that speaks no SASL', async () => {
    const plain = await refused(ping, [loudServer]);
    expect(plain).to.include({ status: ERROR, text: 'Invalid status 128' });
    expect(plain.error.code).to.equal('INVALID_ARGUMENT');
    expect(plain.error.message).to.include('peer:1 sent Thrift binary, unframed where a START with the name');
  });

  it('rejects when the client leaves, wherever, and when it takes too long', async () => {
    const bytes = Buffer.concat([start, response]);
    for (let length = 0; length < bytes.length; length++) {
      const wire = new Wire();
      wire.feed(bytes.subarray(0, length)).feedEnd();
      const error = await rpcError(saslAccept(wire, [saslPlainServer(letIn)], options()));
      expect(error.code, `${length} bytes`).to.equal('CANCELLED');
      await until(() => wire.closed);
    }
    const wire = new Wire();
    wire.feed(start);
    const error = await rpcError(saslAccept(wire, [saslPlainServer(letIn)], options({}, 5)));
    expect(error.code).to.equal('DEADLINE_EXCEEDED');
    await until(() => wire.closed);
  });

  it('waits no longer than its time for a client to take the refusal', async () => {
    const wire = new Wire();
    wire.isStuck = true;
    wire.feed(said(OK));
    await rejection(saslAccept(wire, [loudServer], options({}, 20)));
    expect(wire.destroyed).to.equal(false);
    await until(() => wire.closed);
  });
});
