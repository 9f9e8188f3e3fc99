import { encodeChecked } from '../codec/checked.ts';
import { explainTuple } from '../codec/explain.ts';
import type { MessageHeader, Protocol } from '../protocol/protocol.ts';
import { messageType } from '../protocol/types.ts';
import { type Envelope, envelopeOf, type Headers, requestEnvelope } from '../transport/envelope.ts';
import type { Transport } from '../transport/transport.ts';
import type { ByteWriter } from '../wire/writer.ts';
import type { Call } from './call.ts';
import type { Dialect } from './dialect.ts';

/** Gives a call its number, and makes the header of its message. */
export function addressHeader(header: MessageHeader, call: Call, seqid: number): void {
  header.strict = true;
  header.name = call.callee.name;
  header.type = call.method.oneway ? messageType.oneway : messageType.call;
  header.seqid = call.seqid = seqid;
}

/** How calls are written. */
export interface RequestSettings {
  readonly dialect: Dialect;
  readonly transport: Transport;
  /** What goes with each call, where the transport has headers. */
  readonly headers: () => Headers;
  /** Whether messages are compressed, where the transport can say so. */
  readonly zlib: boolean;
}

/** What stands around a call's message. Asks for the headers, which may throw, or make calls. */
export function envelopeAround(call: Call, { dialect, transport, headers, zlib }: RequestSettings): Envelope {
  const { name } = dialect.protocol;
  if (!transport.hasHeaders) return envelopeOf(name);
  const own = call.settings.headers;
  const all = own.size === 0 ? headers() : new Map([...headers(), ...own]);
  return requestEnvelope(name, all, zlib, call.callee.service, call.timeLeft);
}

/** Writes a call's message at `at`, and gives where it ends. Throws a ValueError for an argument that does not fit. */
export function writeCall(
  w: ByteWriter,
  at: number,
  header: MessageHeader,
  { method, args }: Call,
  protocol: Protocol,
): number {
  const body = protocol.writeMessage(w, at, header);
  const end = encodeChecked(method.args, w, args, body, () =>
    explainTuple(method.fullName, 'argument', method.descriptor.parameters, args, w.maxDepth, protocol),
  );
  return protocol.writeMessageEnd(w, end);
}
