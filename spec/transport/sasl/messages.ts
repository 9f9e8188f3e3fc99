import { defaultLimits, type Limits, RpcError } from '../../../src/index.ts';
import type { SaslMechanism, SaslServerMechanism } from '../../../src/transport/sasl/mechanism.ts';
import type { SaslOptions } from '../../../src/transport/sasl/negotiation.ts';
import { CALL, framed, hex, message } from '../../support/hex.ts';

export const ping: Buffer = message(CALL, 'ping', 1);
/** START PLAIN, and the response of user `u` with password `x`, from a client that is done. */
export const start: Buffer = hex('01 00000005 504c41494e');
export const response: Buffer = hex('05 00000004 00 75 00 78');
export const complete: Buffer = hex('05 00000000');

export function options(own: Partial<Limits> = {}, timeout = 60_000): SaslOptions {
  return { peer: 'peer:1', timeout, limits: { ...defaultLimits, ...own } };
}

/** A message of the negotiation. */
export function said(status: number, text: string | Uint8Array = ''): Buffer {
  return Buffer.concat([Buffer.of(status), framed(Buffer.from(text))]);
}

export const OK = 2;
export const BAD = 3;
export const ERROR = 4;
export const COMPLETE = 5;

/** Challenge and response, the server speaking first: the answer is the challenge in capitals, then once more. */
export const loud: SaslMechanism = {
  name: 'LOUD',
  begin: () => ({
    respond(challenge) {
      if (challenge === undefined) return {};
      const text = Buffer.from(challenge).toString();
      if (text === 'proof') return { done: true };
      return { data: Buffer.from(text.toUpperCase()) };
    },
  }),
};

export const loudServer: SaslServerMechanism = {
  name: 'LOUD',
  begin() {
    let asked = 0;
    return {
      async respond(answer) {
        asked++;
        if (asked === 1) return { data: Buffer.from('say') };
        if (Buffer.from(answer).toString() !== 'SAY') throw new RpcError('UNAUTHENTICATED', 'too quiet');
        return { done: true, data: Buffer.from('proof'), user: 'shouter' };
      },
    };
  },
};

/** A mechanism that never comes to its end. */
export const forever: SaslMechanism & SaslServerMechanism = {
  name: 'FOREVER',
  begin: () => ({ respond: () => ({}) }),
};
