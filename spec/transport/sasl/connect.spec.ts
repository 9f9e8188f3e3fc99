import { expect } from 'chai';
import { saslConnect } from '../../../src/transport/sasl/connect.ts';
import type { SaslMechanism } from '../../../src/transport/sasl/mechanism.ts';
import { saslPlain } from '../../../src/transport/sasl/plain.ts';
import { rpcError } from '../../support/errors.ts';
import { framed, hex, toHex } from '../../support/hex.ts';
import { settle, until } from '../../support/peers.ts';
import { reading, Wire } from '../../support/wire.ts';
import {
  BAD,
  COMPLETE,
  complete,
  ERROR,
  forever,
  loud,
  OK,
  options,
  ping,
  response,
  said,
  start,
} from './messages.ts';

describe('saslConnect', () => {
  it('says what Apache says with PLAIN, and is open when the server has taken it', async () => {
    const wire = new Wire();
    const connecting = saslConnect(wire, saslPlain('u', 'x'), options());
    expect(toHex(await wire.answer())).to.equal(toHex(Buffer.concat([start, response])));
    wire.feed(complete);
    const stream = await connecting;
    stream.write(framed(ping));
    expect(toHex(await wire.answer())).to.equal(toHex(framed(ping)));
    stream.destroy();
  });

  it('loses no byte behind the last message, whatever the chunks', async () => {
    const bytes = Buffer.concat([complete, framed(ping), framed(ping)]);
    for (let size = 1; size <= bytes.length; size++) {
      const wire = new Wire();
      const connecting = saslConnect(wire, saslPlain('u', 'x'), options());
      wire.feed(bytes, size);
      const stream = await connecting;
      await settle(1);
      const seen = reading(stream);
      await until(() => seen.bytes.length === 2 * ping.length);
      expect(toHex(seen.bytes)).to.equal(toHex(Buffer.concat([ping, ping])));
      stream.destroy();
    }
  });

  it('reads messages across frames, as Impala cuts them, and empty frames', async () => {
    const wire = new Wire();
    const connecting = saslConnect(wire, saslPlain('u', 'x'), options());
    wire.feed(complete);
    const seen = reading(await connecting);
    const parts = [ping.subarray(0, 7), Buffer.alloc(0), ping.subarray(7)];
    wire.feed(Buffer.concat(parts.map(framed)), 3);
    await until(() => seen.bytes.length === ping.length);
    expect(toHex(seen.bytes)).to.equal(toHex(ping));
  });

  it('answers challenges, the last word of the server among them', async () => {
    const wire = new Wire();
    const connecting = saslConnect(wire, loud, options());
    expect(toHex(await wire.answer())).to.equal(toHex(Buffer.concat([said(1, 'LOUD'), said(OK)])));
    wire.feed(said(OK, 'say'), 1);
    expect(toHex(await wire.answer())).to.equal(toHex(said(OK, 'SAY')));
    wire.feed(said(COMPLETE, 'proof'), 1);
    (await connecting).destroy();
    expect(wire.sent.length).to.equal(0);
  });

  it('sends COMPLETE with its last answer, and waits for the same', async () => {
    const wire = new Wire();
    const connecting = saslConnect(wire, loud, options());
    await wire.answer();
    wire.feed(said(OK, 'proof'));
    expect(toHex(await wire.answer())).to.equal(toHex(complete));
    wire.feed(complete);
    (await connecting).destroy();
  });

  /** The error of an attempt that is given these bytes; the wire shows what was sent besides. */
  async function refused(mechanism: SaslMechanism, bytes: Uint8Array) {
    const wire = new Wire();
    const attempt = rpcError(saslConnect(wire, mechanism, options()));
    const first = await wire.answer();
    wire.feed(bytes);
    const error = await attempt;
    const sent = await wire.answer();
    await until(() => wire.closed);
    return { error, first, sent };
  }

  it("rejects with the server's reason", async () => {
    for (const [status, name] of [
      [BAD, 'BAD'],
      [ERROR, 'ERROR'],
    ] as const) {
      const { error, sent } = await refused(saslPlain('u', 'x'), said(status, 'Error validating\nthe login'));
      expect(error).to.include({ code: 'UNAUTHENTICATED', peer: 'peer:1' });
      expect(error.message).to.equal(`SASL: peer:1 refused: "Error validating the login" (${name})`);
      expect(sent.length).to.equal(0);
    }
    const { error } = await refused(saslPlain('u', 'x'), said(BAD));
    expect(error.message).to.equal('SASL: peer:1 refused: (no text) (BAD)');
  });

  it('tells what a peer speaks that speaks no SASL', async () => {
    const cases = [
      [Buffer.from('HTTP/1.1 400 Bad Request\r\n'), 'HTTP'],
      [framed(ping), 'Thrift binary, framed'],
      [hex('47 00 00 00 00 01'), '470000000001 (hex)'],
    ] as const;
    for (const [bytes, seen] of cases) {
      const { error, sent } = await refused(saslPlain('u', 'x'), bytes);
      expect(error.code).to.equal('UNAVAILABLE');
      expect(error.message).to.equal(
        `SASL: peer:1 sent ${seen} where the server's answer to PLAIN (COMPLETE) was expected; ` +
          'does this port expect SASL? If not, connect without',
      );
      expect(sent.toString('latin1')).to.match(/^\x04\0\0\0.Invalid status \d+$/);
    }
  });

  it('refuses messages that are not due, and sizes that no message has', async () => {
    const started = await refused(saslPlain('u', 'x'), said(1, 'PLAIN'));
    expect(started.error.message).to.include("expected the server's answer to PLAIN (COMPLETE), got START");
    expect((await refused(saslPlain('u', 'x'), said(OK))).error.message).to.include('got OK');
    expect((await refused(loud, said(COMPLETE, 'say'))).error.message).to.include(
      'says that LOUD is complete, and the mechanism here says that it is not',
    );
    for (const length of ['00010001', '7fffffff', 'ffffffff']) {
      const { error, sent } = await refused(loud, hex(`02 ${length}`));
      expect(error.code).to.equal('UNAUTHENTICATED');
      expect(error.message).to.match(/a message \(OK\) claims -?\d+ bytes, the limit is 65536/);
      expect(sent.toString('latin1')).to.include('Invalid payload header length');
    }
  });

  it('ends a negotiation that does not', async () => {
    const { error } = await refused(forever, Buffer.concat(Array.from({ length: 50 }, () => said(OK))));
    expect(error.message).to.include('FOREVER is not complete after 16 messages');
  });

  it('rejects with what its mechanism throws, and tells the server no more than that', async () => {
    const broken = {
      name: 'BROKEN',
      begin: () => ({ respond: () => Promise.reject(new Error('no ticket for hive/host')) }),
    };
    const { error, first } = await refused(broken, Buffer.alloc(0));
    expect(error.message).to.equal('SASL: BROKEN gave up on peer:1: no ticket for hive/host');
    expect(error.code).to.equal('UNAUTHENTICATED');
    expect(toHex(first)).to.equal(toHex(said(BAD, "the client's BROKEN gave up")));
  });

  it('rejects when the connection ends, wherever', async () => {
    const whole = Buffer.concat([said(OK, 'say'), said(COMPLETE, 'proof')]);
    for (let length = 0; length < whole.length; length++) {
      for (const end of [(wire: Wire) => wire.feedEnd(), (wire: Wire) => wire.destroy()]) {
        const wire = new Wire();
        const attempt = rpcError(saslConnect(wire, loud, options()));
        wire.feed(whole.subarray(0, length));
        await settle();
        end(wire);
        const error = await attempt;
        expect(error.code).to.equal('UNAVAILABLE');
        expect(error.message).to.include("where the server's answer to LOUD was expected");
        await until(() => wire.closed);
      }
    }
  });

  it('rejects with the cause when there is no connection, and when the mechanism is at work meanwhile', async () => {
    const cause = new Error('ECONNREFUSED');
    const slow = { name: 'SLOW', begin: () => ({ respond: () => new Promise<never>(() => {}) }) };
    for (const mechanism of [saslPlain('u', 'x'), slow]) {
      const wire = new Wire();
      const attempt = rpcError(saslConnect(wire, mechanism, options()));
      wire.destroy(cause);
      expect(await attempt).to.include({ code: 'UNAVAILABLE', cause });
    }
    const gone = new Wire();
    gone.destroy();
    expect((await rpcError(saslConnect(gone, loud, options()))).code).to.equal('UNAVAILABLE');
  });

  it('gives up when its time is over, with a message half there', async () => {
    const wire = new Wire();
    wire.feed(complete.subarray(0, 3));
    const error = await rpcError(saslConnect(wire, saslPlain('u', 'x'), options({}, 5)));
    expect(error.code).to.equal('DEADLINE_EXCEEDED');
    expect(error.message).to.include("waited 5 ms for the server's answer to PLAIN (COMPLETE)");
    await until(() => wire.closed);
  });

  it('ends the stream with an error for frames that cannot be', async () => {
    const cases = [
      [hex('ffffffff'), 'negative-size'],
      [hex('00000011'), 'size-limit'],
      [hex('0000'), 'truncated'],
      [hex('00000005 01'), 'truncated'],
    ] as const;
    for (const [bytes, code] of cases) {
      const wire = new Wire();
      const connecting = saslConnect(wire, saslPlain('u', 'x'), options({ frame: 16 }));
      wire.feed(complete);
      const seen = reading(await connecting);
      wire.feed(bytes, 1).feedEnd();
      await until(() => wire.closed);
      expect(seen.error).to.include({ code });
    }
  });

  it('leaves no error unhandled when the stream fails before it is looked at', async () => {
    const wire = new Wire();
    const connecting = saslConnect(wire, saslPlain('u', 'x'), options());
    wire.feed(Buffer.concat([complete, hex('ffffffff')]));
    const stream = await connecting;
    await until(() => stream.closed);
    expect(stream.errored).to.include({ code: 'negative-size' });
  });
});
