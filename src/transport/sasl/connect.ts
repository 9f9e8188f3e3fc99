import type { Duplex } from 'node:stream';
import { saslStream } from './frames.ts';
import type { SaslClientSession, SaslMechanism, SaslStep } from './mechanism.ts';
import {
  MOST_ROUNDS,
  type Negotiation,
  negotiate,
  type SaslOptions,
  type SaslRole,
  status,
} from './negotiation.ts';

const client: SaslRole = {
  lost: 'UNAVAILABLE',
  foreign: 'UNAVAILABLE',
  advice: 'does this port expect SASL? If not, connect without',
};

/**
 * Says who the client is, as Apache's TSaslClientTransport does, over a connection that may still be on its way.
 * Resolves when the server has taken it, with a stream to take the inner one's place: write *framed* messages to
 * it, read *unframed* ones from it (the frames behind a negotiation need not be whole messages). It may have
 * ended by the time it is looked at.
 *
 * Rejects with an RpcError, after which `inner` is ended: UNAUTHENTICATED with the server's reason,
 * UNAVAILABLE for a peer that is gone or speaks no SASL, DEADLINE_EXCEEDED after `timeout`. To give up, destroy
 * `inner`.
 */
export function saslConnect(inner: Duplex, mechanism: SaslMechanism, options: SaslOptions): Promise<Duplex> {
  return negotiate(inner, options, client, async negotiation => {
    const { name } = mechanism;
    const session = mechanism.begin();
    let step = await ask(session, undefined, negotiation, name);
    negotiation.send([status.start, Buffer.from(name)], said(step));
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const expected = `the server's answer to ${name}`;
      const message = await negotiation.receive(step.done ? `${expected} (COMPLETE)` : expected);
      if (message.status === status.complete) {
        if (!step.done) step = await ask(session, message.payload, negotiation, name);
        if (!step.done) {
          const text = `${negotiation.peer} says that ${name} is complete, and the mechanism here says that it is not`;
          throw negotiation.refuse(
            status.bad,
            `${name} is not complete`,
            negotiation.error('UNAUTHENTICATED', text),
          );
        }
        return saslStream(negotiation.release(), options.limits, step.layer);
      }
      if (message.status !== status.ok || step.done) throw negotiation.unexpected(message);
      step = await ask(session, message.payload, negotiation, name);
      negotiation.send(said(step));
    }
    throw negotiation.endless(name);
  });
}

/** As Java's client has it: COMPLETE from a mechanism that expects no more. */
function said({ data, done }: SaslStep): readonly [number, Uint8Array | undefined] {
  return [done ? status.complete : status.ok, data];
}

async function ask(
  session: SaslClientSession,
  challenge: Uint8Array | undefined,
  negotiation: Negotiation,
  name: string,
): Promise<SaslStep> {
  try {
    return await session.respond(challenge);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const error = negotiation.error(
      'UNAUTHENTICATED',
      `${name} gave up on ${negotiation.peer}: ${why}`,
      cause,
    );
    throw negotiation.refuse(status.bad, `the client's ${name} gave up`, error);
  }
}
