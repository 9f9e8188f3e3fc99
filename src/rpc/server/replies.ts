import { encodeChecked } from '../../codec/checked.ts';
import type { Codec } from '../../codec/codec.ts';
import { explainTuple } from '../../codec/explain.ts';
import type { RpcError } from '../../errors/rpc-error.ts';
import type { ValueError } from '../../errors/value-error.ts';
import { MessageHeader } from '../../protocol/protocol.ts';
import { messageType, wireType } from '../../protocol/types.ts';
import { answerTo, type Envelope, envelopeOf, type Headers, noHeaders } from '../../transport/envelope.ts';
import { room } from '../../wire/writer.ts';
import { toApplicationException } from '../application-exception.ts';
import { statusHeaders } from '../biz-status.ts';
import type { CallContext } from '../context.ts';
import { declaredResult } from '../declared.ts';
import type { Dialect } from '../dialect.ts';
import type { Method } from '../method.ts';
import type { Outbox } from '../outbox.ts';
import { MissingResult } from './failures.ts';

/** What a reply has to carry over from its request. */
export interface ReplyTo {
  /** The bare method name, also to a multiplexing client. */
  readonly name: string;
  readonly seqid: number;
  /** Old clients, which sent no version, are answered without one. */
  readonly strict: boolean;
  /** What the request was written in, and stood in: its answer is alike, but for the headers. */
  readonly dialect: Dialect;
  readonly envelope: Envelope;
  /** Of the call that is answered; undefined where it came to no handler. */
  readonly context: CallContext | undefined;
}

const header = new MessageHeader();

/** Writes a method's result. Throws a ValueError when the handler returned what does not fit. */
export function writeResult(out: Outbox, method: Method, to: ReplyTo, value: unknown): void {
  if (!method.isVoid && (value === undefined || value === null)) {
    throw new MissingResult(`the handler returned nothing, expected ${method.descriptor.returns}`);
  }
  writeTuple(out, method, to, method.isVoid ? [] : [value]);
}

/** Writes an exception, if the method declares its class; otherwise does nothing and says so. */
export function writeDeclared(out: Outbox, method: Method, to: ReplyTo, error: unknown): boolean {
  const values = declaredResult(method, error);
  if (values === undefined) return false;
  writeTuple(out, method, to, values);
  return true;
}

/** Writes a failure that no IDL declares; by itself without what the handler would have in the headers. */
export function writeFailure(out: Outbox, to: ReplyTo, error: RpcError, byItself = false): void {
  writeException(out, to, error, byItself ? noHeaders : responseHeaders(to));
}

/**
 * Writes a status that a handler gave. Headers carry it where there are any: beside an exception message, and for Kitex
 * beside a reply that holds nothing, for its clients read no status from an exception.
 */
export function writeStatus(out: Outbox, method: Method, to: ReplyTo, error: RpcError): void {
  const own = responseHeaders(to);
  const headers = out.transport.hasHeaders ? statusHeaders(error, own) : own;
  if (out.transport.name === 'ttheader') writeTuple(out, method, to, [], headers);
  else writeException(out, to, error, headers);
}

function writeException(out: Outbox, to: ReplyTo, error: RpcError, headers: Headers): void {
  write(out, to, messageType.exception, headers, to.dialect.exception, toApplicationException(error));
}

function responseHeaders({ context }: ReplyTo): Headers {
  return context?.responseHeaders ?? noHeaders;
}

function writeTuple(
  out: Outbox,
  method: Method,
  to: ReplyTo,
  values: readonly unknown[],
  headers: Headers = responseHeaders(to),
): void {
  write(out, to, messageType.reply, headers, method.result, values, () =>
    explainTuple(
      method.fullName,
      'result',
      method.resultFields,
      values,
      out.writer.maxDepth,
      to.dialect.protocol,
    ),
  );
}

/** Writes an answer. `explain` finds what is wrong with a value that the codec refuses. */
function write(
  out: Outbox,
  { name, seqid, strict, dialect: { protocol }, envelope }: ReplyTo,
  type: number,
  headers: Headers,
  codec: Codec,
  value: unknown,
  explain?: () => ValueError,
): void {
  header.name = name;
  header.seqid = seqid;
  header.strict = strict;
  header.type = type;
  const around = answerTo(envelope, out.saysGoodbye ? withGoodbye(out, headers) : headers);
  try {
    const { writer } = out;
    const at = protocol.writeMessage(writer, out.begin(header, around), header);
    const end =
      explain === undefined
        ? codec.encode(writer, value, at, 0)
        : encodeChecked(codec, writer, value, at, explain);
    out.commit(protocol.writeMessageEnd(writer, end), around);
  } finally {
    out.end();
  }
}

function withGoodbye({ transport: { goodbye } }: Outbox, headers: Headers): Headers {
  return goodbye === undefined ? headers : new Map([...headers, goodbye]);
}

/** Says from now on, with each answer, that the client should take another connection. */
export function sayGoodbye(out: Outbox, isMultiplexed: boolean): void {
  if (out.saysGoodbye || out.isClosed) return;
  out.saysGoodbye = true;
  if (!isMultiplexed || out.transport.name !== 'ttheader') return;
  if (out.isWriting) out.afterwards(() => writeGoodbye(out));
  else writeGoodbye(out);
}

/**
 * Says it without an answer, by the frame that Kitex's multiplexing servers send: an empty struct with the sequence id
 * 0. Its other clients take that for the answer to their next call, so it is for those alone that have shown that they
 * tell answers apart.
 */
function writeGoodbye(out: Outbox): void {
  header.name = '';
  header.seqid = 0;
  const around = answerTo(envelopeOf('binary'), withGoodbye(out, noHeaders));
  try {
    const at = out.begin(header, around);
    room(out.writer, at, 1);
    out.writer.bytes[at] = wireType.stop;
    out.commit(at + 1, around);
  } finally {
    out.end();
  }
}
