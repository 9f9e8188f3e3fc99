import type { DecodeError } from '../errors/decode-error.ts';
import type { ProtocolName } from '../protocol/protocol.ts';

/** What travels beside a message, by name. Names are as they were sent: they differ by case. */
export type Headers = ReadonlyMap<string, string>;

export const noHeaders: Headers = new Map();

/** What stands around a message, as far as its transport has a place for it. */
export interface Envelope {
  /** What the message itself is written in. */
  readonly protocol: ProtocolName;
  readonly headers: Headers;
  /** ms that the sender waits for an answer; `Infinity` where it does not say. */
  readonly timeout: number;
  /** THeader: the message is compressed. */
  readonly zlib: boolean;
  /**
   * TTHeader: the message stands in a frame of its own, as Kitex writes it with TTHeaderFramed. Of a stream: what stands
   * in the frame is a plain message.
   */
  readonly framed: boolean;
  /** TTHeader: the service that is called, by its name in the IDL. */
  readonly service: string | undefined;
  /** THeader: why nothing can be read of the message but its frame. */
  readonly unreadable: Unreadable | undefined;
}

/** A message in a protocol or under a transform that is not known here. Its sender has to learn of it. */
export interface Unreadable {
  /** Of the frame: the message's own is not to be had. */
  readonly seqid: number;
  /** Which of TApplicationException's types says so. */
  readonly applicationType: number;
  readonly error: DecodeError;
}

const plain: Readonly<Record<ProtocolName, Envelope>> = Object.freeze({
  binary: plainEnvelope('binary'),
  compact: plainEnvelope('compact'),
  json: plainEnvelope('json'),
});

function plainEnvelope(protocol: ProtocolName): Envelope {
  return Object.freeze({
    protocol,
    headers: noHeaders,
    timeout: Number.POSITIVE_INFINITY,
    zlib: false,
    framed: false,
    service: undefined,
    unreadable: undefined,
  });
}

/** An envelope with nothing in it: all there is around buffered and framed messages. */
export function envelopeOf(protocol: ProtocolName): Envelope {
  return plain[protocol];
}

/** What a call stands in that has headers; it names its service where there is a place for that. */
export function requestEnvelope(
  protocol: ProtocolName,
  headers: Headers,
  zlib: boolean,
  service: string,
  timeout: number,
): Envelope {
  return { protocol, headers, timeout, zlib, framed: false, service, unreadable: undefined };
}

/** What the answer to a message stands in: the same kind of envelope, without what its sender wrote on it. */
export function answerTo({ protocol, zlib, framed }: Envelope, headers: Headers): Envelope {
  if (!zlib && !framed && headers.size === 0) return plain[protocol];
  return {
    protocol,
    headers,
    timeout: Number.POSITIVE_INFINITY,
    zlib,
    framed,
    service: undefined,
    unreadable: undefined,
  };
}
