import { defaultLimits, type Limits } from '../../src/limits.ts';
import { binary } from '../../src/protocol/binary.ts';
import type { MessageTaker } from '../../src/transport/cutter.ts';
import { Inbox } from '../../src/transport/inbox.ts';
import { transports } from '../../src/transport/transports.ts';
import { framed } from '../support/hex.ts';

export type Transport = 'framed' | 'buffered';

/** An inbox of binary messages. */
export function inboxOf(transport: Transport, take: MessageTaker['take'], own: Partial<Limits> = {}): Inbox {
  const limits = { ...defaultLimits, ...own };
  return new Inbox(limits, transports[transport].cutter(binary, limits), { take });
}

/** A message as it is sent. */
export const encoded = (transport: Transport, bytes: Buffer): Buffer =>
  transport === 'framed' ? framed(bytes) : bytes;

/** Pushes bytes in chunks of one size. */
export function pushAll(inbox: Inbox, bytes: Buffer, size: number): void {
  // One and the same buffer for all chunks: nothing may be kept of it.
  const chunk = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const length = bytes.copy(chunk, 0, at, Math.min(bytes.length, at + size));
    inbox.push(chunk, length);
    chunk.fill(0xff);
  }
}
