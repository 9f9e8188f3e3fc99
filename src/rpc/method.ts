import type { Codec } from '../codec/codec.ts';
import type { Codecs } from '../codec/codecs.ts';
import { type FieldDescriptor, type MethodDescriptor, streamsParameter } from '../schema/descriptor.ts';

/** A method made ready to be called or served: what is the same for every call of it. */
export interface Method {
  readonly descriptor: MethodDescriptor;
  readonly name: string;
  /** `PingPong.login`: for errors. */
  readonly fullName: string;
  readonly oneway: boolean;
  readonly isVoid: boolean;
  /** It sends or receives more than one message. */
  readonly streams: boolean;
  /** It does not, but is declared `(streaming.mode = "unary")`: Kitex's clients call it over a stream. */
  readonly unaryStream: boolean;
  /** Calling twice does no more than calling once, as `(idempotent)` in the IDL says. */
  readonly idempotent: boolean;
  /** Arguments that are given: those that are declared, and what the client streams, where that stands beside them. */
  readonly arity: number;
  /** The struct `<method>_args`: an array of the arguments. */
  readonly args: Codec;
  /** The struct `<method>_result`: an array of the result, absent for void, and the declared exceptions. */
  readonly result: Codec;
  readonly resultFields: readonly FieldDescriptor[];
}

/** Makes a method ready, in one protocol. */
export function methodOf(descriptor: MethodDescriptor, codecs: Codecs): Method {
  const resultFields = resultFieldsOf(descriptor);
  return Object.freeze({
    descriptor,
    name: descriptor.name,
    fullName: `${descriptor.service}.${descriptor.name}`,
    oneway: descriptor.oneway,
    isVoid: descriptor.returns === undefined,
    streams: descriptor.streaming?.client === true || descriptor.streaming?.server === true,
    unaryStream: descriptor.annotations['streaming.mode']?.at(-1) === 'unary',
    idempotent: isIdempotent(descriptor),
    arity: descriptor.parameters.length + (streamsBeside(descriptor) ? 1 : 0),
    args: codecs.tuple(descriptor.parameters),
    result: codecs.tuple(resultFields),
    resultFields,
  });
}

/** Field 0 is the result, the others are the declared exceptions (thrift-rpc.md, "Response struct"). */
function resultFieldsOf({
  returns,
  throws,
  annotations,
  position,
}: MethodDescriptor): readonly FieldDescriptor[] {
  if (returns === undefined) return throws;
  const success: FieldDescriptor = Object.freeze({
    id: 0,
    name: 'success',
    type: returns,
    requiredness: 'optional',
    annotations,
    position,
  });
  return [success, ...throws];
}

function streamsBeside(descriptor: MethodDescriptor): boolean {
  return descriptor.streaming?.sends !== undefined && !streamsParameter(descriptor);
}

/** Annotated `(idempotent)`, or in fbthrift's way `(idempotent = "true")`. */
function isIdempotent({ annotations }: MethodDescriptor): boolean {
  const value = annotations.idempotent?.at(-1);
  return value !== undefined && value !== 'false' && value !== '0';
}
