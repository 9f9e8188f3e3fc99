import type { ProtocolName } from '../protocol/protocol.ts';

/** What travels beside a message, by name. Names are as they were sent: they differ by case. */
export type Headers = ReadonlyMap<string, string>;

export const noHeaders: Headers = new Map();

/** What stands around a message, as far as its transport has a place for it. */
export interface Envelope {
  /** What the message itself is written in. */
  readonly protocol: ProtocolName;
  readonly headers: Headers;
  /** THeader: the message is compressed. */
  readonly zlib: boolean;
  /** TTHeader: the message stands in a frame of its own, as Kitex writes it with TTHeaderFramed. */
  readonly framed: boolean;
  /** TTHeader: the service that is called, by its name in the IDL. */
  readonly service: string | undefined;
}

const plain: Readonly<Record<ProtocolName, Envelope>> = Object.freeze({
  binary: plainEnvelope('binary'),
  compact: plainEnvelope('compact'),
  json: plainEnvelope('json'),
});

function plainEnvelope(protocol: ProtocolName): Envelope {
  return Object.freeze({ protocol, headers: noHeaders, zlib: false, framed: false, service: undefined });
}

/** An envelope with nothing in it: all there is around buffered and framed messages. */
export function envelopeOf(protocol: ProtocolName): Envelope {
  return plain[protocol];
}
