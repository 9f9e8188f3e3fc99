import { DecodeError } from '../../errors/decode-error.ts';
import { RpcError } from '../../errors/rpc-error.ts';
import type { ProtocolName } from '../../protocol/protocol.ts';
import { type Seen, seenText } from '../../transport/recognise.ts';
import type { TransportName } from '../../transport/transport.ts';
import type { Call } from '../call.ts';

/** What the errors of a connection need to know of it. */
export interface Circumstances {
  readonly peer: string;
  readonly transport: TransportName;
  /** No reply has ever come: perhaps the two do not speak the same dialect. */
  readonly fresh: boolean;
  /** Encrypted without a certificate of this end, which the other may ask for. */
  readonly isUnidentified?: boolean;
}

function hint({ fresh, transport, isUnidentified = false }: Circumstances): string {
  const other = transport === 'buffered' ? 'framed' : 'buffered';
  const certificate = isUnidentified ? 'if it asks for a certificate, give { tls: { key, cert } }; ' : '';
  return fresh
    ? `; it has answered nothing so far: ${certificate}if it speaks another transport, try { transport: '${other}' }`
    : '';
}

/** The time of a call is over. */
export function expired(call: Call, { peer }: Circumstances, connected: boolean, tip: string): RpcError {
  const { fullName: method } = call.method;
  const what = connected ? `no reply from ${peer}` : `no connection to ${peer}`;
  return new RpcError('DEADLINE_EXCEEDED', `${method}: ${what} within ${call.timeout} ms${tip}`, {
    method,
    peer,
    phase: connected ? 'sent' : 'unsent',
  });
}

/** `expired`, with the advice for a peer that has never answered. */
export function noReply(call: Call, circumstances: Circumstances): RpcError {
  return expired(call, circumstances, true, hint(circumstances));
}

/** A call whose time was over before it began. */
export function expiredBefore(call: Call, peer: string): RpcError {
  const { fullName: method } = call.method;
  return new RpcError(
    'DEADLINE_EXCEEDED',
    `${method}: a timeout of ${call.timeout} ms has already expired; nothing was sent`,
    { method, peer, phase: 'unsent' },
  );
}

/** The caller gave up. */
export function cancelled(call: Call, peer: string, sent: boolean, reason: unknown): RpcError {
  const { fullName: method } = call.method;
  const text = reason instanceof Error ? reason.message : String(reason);
  const when = sent ? `before the reply of ${peer} came` : `before anything was sent to ${peer}`;
  return new RpcError('CANCELLED', `${method}: cancelled ${when}: ${text}`, {
    method,
    peer,
    phase: sent ? 'sent' : 'unsent',
    cause: reason,
  });
}

/** The connection could not be made; an RpcError as the cause knows the status. */
export function unreachable(
  method: string | undefined,
  peer: string,
  cause: NodeJS.ErrnoException,
): RpcError {
  const advice: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there: is the server running?',
    ENOENT: 'there is no such socket: is the server running?',
    ENOTFOUND: 'the host name is not known',
    EAI_AGAIN: 'the host name could not be looked up',
    ETIMEDOUT: 'the host does not answer',
    EHOSTUNREACH: 'there is no route to the host',
    ENETUNREACH: 'there is no route to the network',
    EPROTO: 'the two ends do not agree on TLS: does this port expect plain connections?',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed: give its authority as { tls: { ca } }',
    SELF_SIGNED_CERT_IN_CHAIN: 'the certificate has an unknown authority: give it as { tls: { ca } }',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate has an unknown authority: give it as { tls: { ca } }',
    CERT_HAS_EXPIRED: 'the certificate has expired',
  };
  const init = { peer, cause, phase: 'unsent' as const, ...(method === undefined ? {} : { method }) };
  const prefix = method === undefined ? '' : `${method}: `;
  // A negotiation that failed says best itself why.
  if (cause instanceof RpcError) {
    return new RpcError(cause.code, `${prefix}cannot connect to ${peer}: ${cause.message}`, init);
  }
  const known =
    cause.code !== undefined && Object.hasOwn(advice, cause.code) ? advice[cause.code] : undefined;
  const isHandshake = cause.code === 'ECONNRESET' && cause.message.includes('secure TLS connection');
  const handshake = 'it closed the connection in the TLS handshake: does this port expect plain connections?';
  const why = isHandshake ? handshake : (known ?? cause.message);
  const code = cause.code === undefined ? '' : ` (${cause.code})`;
  return new RpcError('UNAVAILABLE', `${prefix}cannot connect to ${peer}: ${why}${code}`, init);
}

/** A call expired while it waited for a connection; `cause` is why the last attempt failed. */
export function expiredWaiting(call: Call, peer: string, cause: RpcError | undefined): RpcError {
  const { fullName: method } = call.method;
  const what = cause === undefined ? `no connection to ${peer} had room` : `no connection to ${peer}`;
  const why = cause === undefined ? '' : `: ${cause.message}`;
  const init = { method, peer, phase: 'unsent' as const, ...(cause === undefined ? {} : { cause }) };
  return new RpcError('DEADLINE_EXCEEDED', `${method}: ${what} within ${call.timeout} ms${why}`, init);
}

/** The connection was lost while a call waited; `midReply` and `sent` are how far the call was. */
export function lost(
  call: Call,
  circumstances: Circumstances,
  cause: NodeJS.ErrnoException | undefined,
  midReply: boolean,
  sent = true,
): RpcError {
  const { fullName: method } = call.method;
  const { peer } = circumstances;
  const why = cause instanceof DecodeError ? cause.message : (cause?.code ?? cause?.message);
  const how =
    why === undefined ? `${peer} closed the connection` : `the connection to ${peer} broke (${why})`;
  const answer = midReply ? 'in the middle of a reply' : 'before the reply came';
  const when = sent ? answer : 'before the call was sent';
  const tip = midReply || !sent ? '' : hint(circumstances);
  return new RpcError('UNAVAILABLE', `${method}: ${how} ${when}${tip}`, {
    method,
    peer,
    phase: sent ? 'sent' : 'unsent',
    cause,
  });
}

/** What came back is no reply. */
export function garbled(
  call: Call,
  { peer }: Circumstances,
  why: string,
  cause: unknown,
  sent: boolean,
): RpcError {
  const { fullName: method } = call.method;
  return new RpcError('INTERNAL', `${method}: ${why}; the connection to ${peer} was closed`, {
    method,
    peer,
    phase: sent ? 'sent' : 'unsent',
    cause,
  });
}

/** A call that would have to wait for too much. */
export function exhausted(call: Call, peer: string, what: string): RpcError {
  const { fullName: method } = call.method;
  return new RpcError('RESOURCE_EXHAUSTED', `${method}: ${what}; nothing was sent to ${peer}`, {
    method,
    peer,
    phase: 'unsent',
  });
}

const final = new WeakSet<RpcError>();

/** Whether no later call on the same channel can fare better: it was closed. */
export function isFinal(error: RpcError): boolean {
  return final.has(error);
}

/** A call on a client or channel that was closed; `cutOff`: after the call had begun, `sent`: even been sent. */
export function closed(call: Call, peer: string, cutOff: boolean, sent: boolean = cutOff): RpcError {
  const { fullName: method } = call.method;
  const text = cutOff
    ? `${method}: the client was closed before the ${sent ? 'reply came' : 'call was sent'}`
    : `${method}: the client is closed; nothing was sent`;
  const error = new RpcError(cutOff ? 'CANCELLED' : 'UNAVAILABLE', text, {
    method,
    peer,
    phase: sent ? 'sent' : 'unsent',
  });
  final.add(error);
  return error;
}

/** What a client speaks. */
export interface Own {
  readonly protocol: ProtocolName;
  readonly transport: TransportName;
}

/** What an answer suggests that was not expected; undefined when it tells nothing. */
export function misunderstanding(seen: Seen, peer: string, own: Own): string | undefined {
  const text = seenText(seen);
  if (text === undefined) return undefined;
  const answered = `${peer} answered in ${text}`;
  if (seen.kind === 'messages') {
    const options = [
      ...(seen.protocol === own.protocol || seen.transport === 'header'
        ? []
        : [`protocol: '${seen.protocol}'`]),
      ...(seen.transport === own.transport ? [] : [`transport: '${seen.transport}'`]),
    ];
    return options.length === 0 ? undefined : `${answered}: try { ${options.join(', ')} }`;
  }
  if (seen.kind === 'streams') return `${answered}, which is for methods that stream`;
  if (text === 'HTTP') return `${answered}: is this port a web server? Then try 'http://${peer}/'`;
  if (text === 'TLS') return `${answered}: does this port expect an encrypted connection?`;
  if (text === 'zlib') return `${answered}: try { zlib: true }`;
  if (text === 'SASL') return `${answered}: try { sasl: saslPlain('user', 'password') }`;
  return `${answered}, which this client does not speak`;
}
