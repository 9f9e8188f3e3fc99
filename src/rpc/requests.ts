import { encodeChecked } from '../codec/checked.ts';
import { explainTuple } from '../codec/explain.ts';
import type { MessageHeader, Protocol } from '../protocol/protocol.ts';
import { messageType } from '../protocol/types.ts';
import type { ByteWriter } from '../wire/writer.ts';
import type { Call } from './call.ts';

/** Gives a call its number, and makes the header of its message. */
export function addressHeader(header: MessageHeader, call: Call, seqid: number): void {
  header.strict = true;
  header.name = call.callee.name;
  header.type = call.method.oneway ? messageType.oneway : messageType.call;
  header.seqid = call.seqid = seqid;
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
