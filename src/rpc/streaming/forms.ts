import { codecsByProtocol } from '../../codec/by-protocol.ts';
import { decodeChecked, encodeChecked } from '../../codec/checked.ts';
import type { Codec } from '../../codec/codec.ts';
import { explainTuple, explainValue } from '../../codec/explain.ts';
import { locate, locateIn } from '../../codec/locate.ts';
import { planTuple } from '../../codec/plan.ts';
import {
  type FieldDescriptor,
  isRecord,
  type MethodDescriptor,
  resolve,
  streamsParameter,
  type TypeDescriptor,
} from '../../schema/descriptor.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { ByteWriter } from '../../wire/writer.ts';

const codecs = codecsByProtocol.binary;
const { protocol } = codecs;

/** How one kind of a stream's messages is bytes. */
export interface MessageForm {
  /** Whether a struct stands around the value, which Kitex does not know. */
  readonly isWrapped: boolean;
  /** Writes a message at `at`, and gives where it ends. Throws a ValueError for a value that does not fit. */
  encode(w: ByteWriter, value: unknown, at: number): number;
  /** Reads the message in the window. Throws a DecodeError for what is none. */
  decode(r: ByteReader): unknown;
}

/** The messages of a method, in the order in which they go each way: all that streams, and what stands around it. */
export interface StreamForms {
  /** Whether any of them is wrapped: both ends must know. */
  readonly isWrapped: boolean;
  /** The declared arguments, an array of them; absent where all that the client sends is its stream. */
  readonly args: MessageForm | undefined;
  /** What the client streams. */
  readonly sends: MessageForm | undefined;
  /** Goes before what the server streams. */
  readonly first: MessageForm | undefined;
  /** What the server streams. */
  readonly receives: MessageForm | undefined;
  /** The only answer, where the server does not stream; absent where it is void. */
  readonly final: MessageForm | undefined;
  /** What may be thrown: by the method, in the client's stream, and in the server's or its final answer. */
  readonly throws: Thrown;
  readonly sendThrows: Thrown;
  readonly receiveThrows: Thrown;
}

/** Declared exceptions: the fields, and the codec of the struct that holds one of them. */
export interface Thrown {
  readonly fields: readonly FieldDescriptor[];
  readonly codec: Codec;
}

const made = new WeakMap<MethodDescriptor, StreamForms>();

/** The forms of a method's messages. A unary method has them as well: it may be called over a stream. */
export function formsOf(method: MethodDescriptor): StreamForms {
  let forms = made.get(method);
  if (forms === undefined) {
    forms = makeForms(method);
    made.set(method, forms);
  }
  return forms;
}

function makeForms(method: MethodDescriptor): StreamForms {
  const { streaming, parameters, returns, throws } = method;
  const { sends, first, receives, sendThrows = [], receiveThrows = [] } = streaming ?? {};
  const final = streaming === undefined ? returns : streaming.final;
  const inPlace = streamsParameter(method);
  const answer = (type: TypeDescriptor | undefined) =>
    type && formOf(method, 'result', type, wrapperOf(method, type, 0, 'success'));
  const args = inPlace ? undefined : argumentsForm(method, parameters);
  const sent =
    sends &&
    formOf(method, 'argument', sends, inPlace ? parameters[0]! : wrapperOf(method, sends, 1, 'request'));
  const forms = {
    args,
    sends: sent,
    first: answer(first),
    receives: answer(receives),
    final: answer(final),
  };
  return Object.freeze({
    ...forms,
    isWrapped: Object.values(forms).some(form => form?.isWrapped),
    throws: thrown(throws),
    sendThrows: thrown(sendThrows),
    receiveThrows: thrown(receiveThrows),
  });
}

function thrown(fields: readonly FieldDescriptor[]): Thrown {
  return { fields, codec: codecs.tuple(fields) };
}

function wrapperOf(
  { annotations, position }: MethodDescriptor,
  type: TypeDescriptor,
  id: number,
  name: string,
): FieldDescriptor {
  return Object.freeze({ id, name, type, requiredness: 'optional', annotations, position });
}

/** A struct stands for itself; anything else in a struct of one field. */
function formOf(
  method: MethodDescriptor,
  what: 'argument' | 'result',
  type: TypeDescriptor,
  wrapper: FieldDescriptor,
): MessageForm {
  if (isRecord(resolve(type))) return bareForm(type);
  const tuple = tupleForm(String(method), what, [wrapper]);
  return {
    isWrapped: true,
    encode: (w, value, at) => tuple.encode(w, [value], at),
    decode: r => {
      const [value] = tuple.decode(r) as readonly unknown[];
      if (value === undefined)
        throw r.error('invalid-data', r.start, `expected ${type}, the message is empty`);
      return value;
    },
  };
}

function argumentsForm(method: MethodDescriptor, parameters: readonly FieldDescriptor[]): MessageForm {
  const [only] = parameters;
  if (parameters.length !== 1 || !isRecord(resolve(only!.type)))
    return tupleForm(String(method), 'argument', parameters);
  const bare = bareForm(only!.type);
  return {
    isWrapped: false,
    encode: (w, value, at) => bare.encode(w, (value as readonly unknown[])[0], at),
    decode: r => [bare.decode(r)],
  };
}

function bareForm(type: TypeDescriptor): MessageForm {
  const codec = codecs.of(type);
  return {
    isWrapped: false,
    encode: (w, value, at) =>
      encodeChecked(codec, w, value, at, () => explainValue(type, value, w.maxDepth, protocol)),
    decode: r => decodeChecked(codec, r, (from, fault) => locateIn(protocol, type, r, from, fault)),
  };
}

function tupleForm(of: string, what: 'argument' | 'result', fields: readonly FieldDescriptor[]): MessageForm {
  const codec = codecs.tuple(fields);
  return {
    isWrapped: true,
    encode: (w, values, at) =>
      encodeChecked(codec, w, values, at, () =>
        explainTuple(of, what, fields, values as readonly unknown[], w.maxDepth, protocol),
      ),
    decode: r =>
      decodeChecked(codec, r, (from, fault) => locate(protocol, planTuple(fields), of, r, from, fault)),
  };
}
