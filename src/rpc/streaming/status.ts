import { encodeChecked } from '../../codec/checked.ts';
import { explainTuple } from '../../codec/explain.ts';
import type { RpcError, RpcErrorInit } from '../../errors/rpc-error.ts';
import { MessageHeader } from '../../protocol/protocol.ts';
import { messageType } from '../../protocol/types.ts';
import { resolve } from '../../schema/descriptor.ts';
import type { Headers } from '../../transport/envelope.ts';
import { typeOfInstance } from '../../values/classes.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { ByteWriter } from '../../wire/writer.ts';
import { fromApplicationException, toApplicationException } from '../application-exception.ts';
import { readStatus } from '../biz-status.ts';
import { dialects } from '../dialect.ts';
import { Metadata } from '../metadata.ts';
import type { StreamForms, Thrown } from './forms.ts';

/*
 * How a stream says that it failed. As Kitex has it: an exception message in a Trailer or Rst frame, or a status in the
 * texts of a Trailer. Beside that, ignored by Kitex, a Meta frame before it, with a declared exception.
 */

/** Of a Meta frame: the declared exception in it, by its field's id. */
export const EXCEPTION = 'x-lt-exc';
/** Of the opening Header frame: messages that are no structs stand in one. */
export const WRAPPED = 'x-lt-wrap';
/** Of an Rst frame: the services that it has come through, the first one first. */
export const CANCEL_PATH = 'ttscp';
const OURS = 'x-lt-';

const { protocol, exception } = dialects.binary;
const header = new MessageHeader();

/** The payload of a frame that ends a stream with an error. */
export function exceptionBody(
  method: string,
  sid: number,
  error: RpcError,
): (w: ByteWriter, at: number) => number {
  return (w, at) => {
    header.strict = true;
    header.name = method;
    header.type = messageType.exception;
    header.seqid = sid;
    return exception.encode(w, toApplicationException(error), protocol.writeMessage(w, at, header), 0);
  };
}

/** Reads such a payload; undefined where there is none. */
export function readException(r: ByteReader, init: RpcErrorInit): RpcError | undefined {
  if (r.pos === r.end) return undefined;
  if (!protocol.readMessage(r, header)) throw r.truncated(r.pos, 4);
  if (header.type !== messageType.exception) {
    throw r.error('invalid-data', r.start, `expected an exception, got a message of type ${header.type}`);
  }
  return fromApplicationException(exception.decode(r, 0) as object, init);
}

/** What the frame that ends a stream says went wrong; undefined for nothing. The payload comes before the texts. */
export function readFailure(r: ByteReader, headers: Headers, init: RpcErrorInit): RpcError | undefined {
  const metadata = headers.size > 0 ? { metadata: headers } : {};
  const known = { ...init, ...metadata };
  return readException(r, known) ?? (headers.size > 0 ? readStatus(headers, known) : undefined);
}

/** Where declared exceptions may come from, and the prefix of their ids on the wire. */
type Origin = 'throws' | 'sendThrows' | 'receiveThrows';
const prefixes: Readonly<Record<Origin, string>> = {
  throws: '',
  sendThrows: 'sink:',
  receiveThrows: 'stream:',
};

/** A declared exception on its way: the text that names it, and its bytes. */
export interface Declared {
  readonly id: string;
  readonly body: (w: ByteWriter, at: number) => number;
}

/** An exception as it travels, if a method declares its class in one of these places. */
export function declaredIn(
  method: string,
  forms: StreamForms,
  origins: readonly Origin[],
  error: unknown,
): Declared | undefined {
  const type = typeof error === 'object' && error !== null ? typeOfInstance(error) : undefined;
  if (type === undefined) return undefined;
  for (const origin of origins) {
    const { fields, codec } = forms[origin];
    const index = fields.findIndex(field => resolve(field.type) === type);
    if (index < 0) continue;
    const values = new Array<unknown>(index + 1).fill(undefined);
    values[index] = error;
    const body: Declared['body'] = (w, at) =>
      encodeChecked(codec, w, values, at, () =>
        explainTuple(method, 'result', fields, values, w.maxDepth, protocol),
      );
    return { id: prefixes[origin] + fields[index]!.id, body };
  }
  return undefined;
}

/** Reads a declared exception; undefined for one that is not known here. */
export function readDeclared(forms: StreamForms, id: string, r: ByteReader): unknown {
  const origin = (Object.keys(prefixes) as Origin[]).findLast(name => id.startsWith(prefixes[name]))!;
  const { codec }: Thrown = forms[origin];
  return (codec.decode(r, 0) as readonly unknown[]).find(value => value !== undefined);
}

/** What a frame's texts say to the user: all but those of the streams themselves. */
export function metadataOf(headers: Headers): Metadata {
  return Metadata.received([...headers].filter(([name]) => !name.startsWith(OURS)));
}
