import { DecodeError, defaultLimits, type Limits } from '../../src/index.ts';
import { MessageHeader } from '../../src/protocol/protocol.ts';
import { wireType } from '../../src/protocol/types.ts';
import { dialects } from '../../src/rpc/dialect.ts';
import { type Envelope, envelopeOf } from '../../src/transport/envelope.ts';
import { Inbox } from '../../src/transport/inbox.ts';
import type { TransportName } from '../../src/transport/transport.ts';
import { transports } from '../../src/transport/transports.ts';
import type { ByteReader } from '../../src/wire/reader.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { toHex } from './hex.ts';

/** A message as a transport hands it on, with what stood around it. */
export interface Cut {
  readonly envelope: Envelope;
  /** The whole message; empty where it is unreadable. */
  readonly message: string;
  readonly name: string;
  readonly seqid: number;
}

/** An inbox, and the messages that it has handed on. */
export function cutting(
  transport: TransportName,
  own: Partial<Limits> = {},
): { readonly inbox: Inbox; readonly cuts: Cut[] } {
  const limits = { ...defaultLimits, ...own };
  const cuts: Cut[] = [];
  const cutter = transports[transport].cutter(dialects.binary.protocol, limits);
  const inbox = new Inbox(limits, cutter, {
    take(r, envelope) {
      cuts.push(envelope.unreadable === undefined ? readOne(r, envelope) : unreadable(envelope));
      return true;
    },
  });
  return { inbox, cuts };
}

/** All the messages in the bytes, which arrive `size` at a time, each chunk in the same place. */
export function cutAll(
  transport: TransportName,
  bytes: Buffer,
  size: number = bytes.length,
  own: Partial<Limits> = {},
): readonly Cut[] {
  const { inbox, cuts } = cutting(transport, own);
  const chunk = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    inbox.push(chunk, bytes.copy(chunk, 0, at, Math.min(bytes.length, at + size)));
    chunk.fill(0xff);
  }
  return cuts;
}

/** The bytes that a transport makes of a message. */
export function written(
  transport: TransportName,
  message: Buffer,
  { name = 'ping', seqid = 7, ...own }: Partial<Envelope> & { name?: string; seqid?: number } = {},
): Buffer {
  const { open, close } = transports[transport];
  const envelope = { ...envelopeOf('binary'), ...own };
  // So small that everything has to make its own room, and not at the beginning.
  const w = new ByteWriter(3, 64);
  const at = 2;
  const header = Object.assign(new MessageHeader(), { name, seqid, type: 1 });
  const begin = open(w, at, header, envelope);
  if (begin + message.length > w.size) w.grow(begin, message.length);
  message.copy(w.bytes, begin);
  const end = close(w, at, begin + message.length, envelope);
  return Buffer.from(w.bytes.subarray(at, end));
}

/** The DecodeError that something throws. */
export function decodeError(action: () => unknown): DecodeError {
  try {
    action();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('expected a DecodeError');
}

function readOne(r: ByteReader, envelope: Envelope): Cut {
  const { protocol } = dialects[envelope.protocol];
  const header = new MessageHeader();
  const message = toHex(r.bytes.subarray(r.start, r.end));
  if (!protocol.readMessage(r, header)) throw r.truncated(r.pos, 4);
  protocol.skip(r, wireType.struct, 0);
  return { envelope, message, name: header.name, seqid: header.seqid };
}

function unreadable(envelope: Envelope): Cut {
  return { envelope, message: '', name: '', seqid: envelope.unreadable!.seqid };
}
