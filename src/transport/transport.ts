import type { Limits } from '../limits.ts';
import type { MessageHeader, Protocol } from '../protocol/protocol.ts';
import type { ByteWriter } from '../wire/writer.ts';
import type { Cutter } from './cutter.ts';
import type { Envelope } from './envelope.ts';
import type { Goodbye } from './goodbye.ts';

/** How a peer cuts its messages. */
export type TransportName = 'buffered' | 'framed' | 'header' | 'ttheader';

/** A message, or what stands around it, that is beyond a limit: it is not sent. */
export class Oversize extends Error {}

/** How messages are cut from bytes, and how they are put there. */
export interface Transport {
  readonly name: TransportName;
  /** Whether a length stands before each message, which `limits.frame` holds for; else `limits.message` does. */
  readonly isFramed: boolean;
  /** Whether headers travel with a message. */
  readonly hasHeaders: boolean;
  /** Cuts what one peer sends; `protocol` is what it speaks, where messages do not say so themselves. */
  cutter(protocol: Protocol, limits: Limits): Cutter;
  /** Cuts replies, where there are peers that send others than they were asked for. */
  replyCutter?(protocol: Protocol, limits: Limits): Cutter;
  /** The header by which a reply says that its server will close the connection; absent where nothing can say that. */
  readonly goodbye?: Goodbye;
  /** Writes what stands before a message, and gives the position of the message itself. */
  open(w: ByteWriter, at: number, header: MessageHeader, envelope: Envelope): number;
  /** Completes what `open` wrote at `at` for the message that ends at `end`; gives where all of it ends. */
  close(w: ByteWriter, at: number, end: number, envelope: Envelope): number;
}
