import { messageType } from '../protocol/types.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { ApacheMethod } from './methods.ts';
import { discard } from './npm.ts';
import { pour } from './pour.ts';
import type { ApacheProtocol, ApacheTransport } from './protocol.ts';

/** Writes a call of `name`, whose arguments are `encoded` already, and hands it to the connection that the transport writes to. */
export function writeRequest(
  { method, args }: ApacheMethod,
  name: string,
  body: ByteReader,
  seqid: number,
  Protocol: unknown,
  transport: ApacheTransport,
): void {
  const output = new (Protocol as new (transport: ApacheTransport) => ApacheProtocol)(transport);
  try {
    output.writeMessageBegin(name, method.oneway ? messageType.oneway : messageType.call, seqid);
    pour(output, args.shape, body);
    output.writeMessageEnd();
    transport.flush();
  } catch (error) {
    // Or the next call would send what this one has written, too.
    discard(transport);
    throw error;
  }
}
