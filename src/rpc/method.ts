import type { Codec } from '../codec/codec.ts';
import { Codecs } from '../codec/codecs.ts';
import { binary } from '../protocol/binary.ts';
import type { FieldDescriptor, MethodDescriptor, ServiceDescriptor } from '../schema/descriptor.ts';
import { applicationExceptionCodec } from './application-exception.ts';

/** All of one protocol's codecs, methods and messages. */
export interface Dialect {
  readonly codecs: Codecs;
  readonly exception: Codec;
}

const codecs = new Codecs(binary);

/** The binary protocol, the only one so far. */
export const binaryDialect: Dialect = Object.freeze({ codecs, exception: applicationExceptionCodec(codecs) });

/** A method made ready to be called or served: what is the same for every call of it. */
export interface Method {
  readonly descriptor: MethodDescriptor;
  readonly name: string;
  /** `PingPong.login`: for errors. */
  readonly fullName: string;
  readonly oneway: boolean;
  readonly isVoid: boolean;
  /** It sends or receives more than one message: neither called nor served yet. */
  readonly streams: boolean;
  readonly arity: number;
  /** The struct `<method>_args`: an array of the arguments. */
  readonly args: Codec;
  /** The struct `<method>_result`: an array of the result, absent for void, and the declared exceptions. */
  readonly result: Codec;
  readonly resultFields: readonly FieldDescriptor[];
}

const ready = new WeakMap<ServiceDescriptor, ReadonlyMap<string, Method>>();

/** A service's methods, own and inherited, by name. */
export function methodsOf(
  service: ServiceDescriptor,
  dialect: Dialect = binaryDialect,
): ReadonlyMap<string, Method> {
  let methods = ready.get(service);
  if (methods === undefined) {
    methods = new Map(
      Array.from(service.methods.values(), descriptor => [descriptor.name, methodOf(descriptor, dialect)]),
    );
    ready.set(service, methods);
  }
  return methods;
}

function methodOf(descriptor: MethodDescriptor, dialect: Dialect): Method {
  const resultFields = resultFieldsOf(descriptor);
  return Object.freeze({
    descriptor,
    name: descriptor.name,
    fullName: `${descriptor.service}.${descriptor.name}`,
    oneway: descriptor.oneway,
    isVoid: descriptor.returns === undefined,
    streams: descriptor.streaming?.client === true || descriptor.streaming?.server === true,
    arity: descriptor.parameters.length,
    args: dialect.codecs.tuple(descriptor.parameters),
    result: dialect.codecs.tuple(resultFields),
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
