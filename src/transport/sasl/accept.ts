import type { Duplex } from 'node:stream';
import { RpcError } from '../../errors/rpc-error.ts';
import { saslStream } from './frames.ts';
import type { SaslServerMechanism, SaslServerSession, SaslServerStep } from './mechanism.ts';
import {
  MOST_ROUNDS,
  type Negotiation,
  negotiate,
  quote,
  type SaslOptions,
  type SaslRole,
  status,
} from './negotiation.ts';

const server: SaslRole = {
  lost: 'CANCELLED',
  foreign: 'INVALID_ARGUMENT',
  advice: 'clients of this port must speak SASL',
};

/** A client that was let in. */
export interface SaslAccepted {
  /** Takes the place of the inner stream: write *framed* messages to it, read *unframed* ones from it. */
  readonly stream: Duplex;
  /** Who the mechanism says the client is. */
  readonly user: string | undefined;
  /** The name of the mechanism that the client chose. */
  readonly mechanism: string;
}

/**
 * Learns who a client is, as Apache's TSaslServerTransport does: the client names one of `mechanisms` and convinces it.
 * The stream may have ended by the time it is looked at.
 *
 * Rejects with an RpcError when the client was turned away; it is told why, and `inner` is ended when that is
 * sent, after `timeout` at the latest. The code is the mechanism's own, UNAUTHENTICATED for what is no negotiation,
 * INTERNAL for a mechanism that broke, INVALID_ARGUMENT for a client that speaks no SASL, CANCELLED for one that left,
 * DEADLINE_EXCEEDED after `timeout`.
 */
export function saslAccept(
  inner: Duplex,
  mechanisms: readonly SaslServerMechanism[],
  options: SaslOptions,
): Promise<SaslAccepted> {
  return negotiate(inner, options, server, async negotiation => {
    const start = await negotiation.receive('a START with the name of a mechanism');
    if (start.status !== status.start) throw negotiation.unexpected(start);
    const mechanism = mechanisms.find(({ name }) => name === start.payload.toString());
    if (mechanism === undefined) throw unsupported(negotiation, quote(start.payload), mechanisms);
    const { name } = mechanism;
    const session = mechanism.begin();
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const message = await negotiation.receive(`the client's response to ${name}`);
      if (message.status === status.start) throw negotiation.unexpected(message);
      const { data, done, layer, user } = await judge(session, message.payload, negotiation, name);
      negotiation.send([done ? status.complete : status.ok, data]);
      if (done) {
        return { stream: saslStream(negotiation.release(), options.limits, layer), user, mechanism: name };
      }
    }
    throw negotiation.endless(name);
  });
}

function unsupported(
  negotiation: Negotiation,
  wanted: string,
  mechanisms: readonly SaslServerMechanism[],
): RpcError {
  const text = `Unsupported mechanism type ${wanted}; there are: ${mechanisms.map(({ name }) => name).join(', ')}`;
  const error = negotiation.error('UNAUTHENTICATED', `${negotiation.peer} was refused: ${text}`);
  return negotiation.refuse(status.bad, text, error);
}

async function judge(
  session: SaslServerSession,
  response: Uint8Array,
  negotiation: Negotiation,
  name: string,
): Promise<SaslServerStep> {
  const { peer } = negotiation;
  try {
    return await session.respond(response);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof RpcError) {
      const error = negotiation.error(cause.code, `${peer} was refused by ${name}: ${why}`, cause);
      throw negotiation.refuse(status.bad, cause.message, error);
    }
    const error = negotiation.error('INTERNAL', `${name} failed on ${peer}: ${why}`, cause);
    throw negotiation.refuse(status.error, `the server's ${name} failed`, error);
  }
}
