import { decodeChecked, encodeChecked } from '../codec/checked.ts';
import type { Codec } from '../codec/codec.ts';
import { explainTuple, explainValue } from '../codec/explain.ts';
import { locate, locateIn } from '../codec/locate.ts';
import { planTuple } from '../codec/plan.ts';
import type { ValueError } from '../errors/value-error.ts';
import { defaultLimits } from '../limits.ts';
import { applicationExceptionStruct } from '../rpc/application-exception.ts';
import type { Method } from '../rpc/method.ts';
import type { FieldDescriptor, StructDescriptor } from '../schema/descriptor.ts';
import { ByteReader } from '../wire/reader.ts';
import { ByteWriter } from '../wire/writer.ts';
import { codecs } from './codecs.ts';
import { asProtocolError } from './npm.ts';
import type { Shape } from './pour.ts';

const { protocol } = codecs;

/** What goes through a TProtocol as one struct: how it is called there, and how our binary form of it is made. */
export interface WireRecord {
  readonly shape: Shape;
  readonly codec: Codec;
  readonly explain: (value: unknown) => ValueError;
  readonly locate: (r: ByteReader, from: number, fault: number) => string;
}

/** A struct, union or exception. */
export function structRecord(type: StructDescriptor): WireRecord {
  return {
    shape: type,
    codec: codecs.of(type),
    explain: value => explainValue(type, value, defaultLimits.depth, protocol),
    locate: (r, from, fault) => locateIn(protocol, type, r, from, fault),
  };
}

/** What stands in the place of a result that there is not. */
export const exceptionRecord: WireRecord = structRecord(applicationExceptionStruct);

/** A method's arguments, an array of values. */
export function argumentsRecord(method: Method): WireRecord {
  return tupleRecord(method, 'argument', method.args, method.descriptor.parameters);
}

/** A method's result, an array of the result and its exceptions. */
export function resultRecord(method: Method): WireRecord {
  return tupleRecord(method, 'result', method.result, method.resultFields);
}

function tupleRecord(
  method: Method,
  what: 'argument' | 'result',
  codec: Codec,
  fields: readonly FieldDescriptor[],
): WireRecord {
  const { service, name } = method.descriptor;
  const byId = new Map(fields.map(field => [field.id, field]));
  return {
    // As Apache's compiler calls it.
    shape: { name: `${service}_${name}_${what === 'argument' ? 'args' : 'result'}`, byId },
    codec,
    explain: values =>
      explainTuple(
        method.fullName,
        what,
        fields,
        values as readonly unknown[],
        defaultLimits.depth,
        protocol,
      ),
    locate: (r, from, fault) => locate(protocol, planTuple(fields), method.fullName, r, from, fault),
  };
}

/** Our binary form of a value, ready to be poured. Throws a ValueError with the path of what does not fit. */
export function encoded(record: WireRecord, value: unknown): ByteReader {
  const w = new ByteWriter(256, defaultLimits.depth);
  const end = encodeChecked(record.codec, w, value, 0, () => record.explain(value));
  return readerOf(w.bytes.subarray(0, end));
}

/** The value of what was drawn. Throws a TProtocolException with the path of what is wrong. */
export function decoded(record: WireRecord, bytes: Buffer): unknown {
  const r = readerOf(bytes);
  try {
    return decodeChecked(record.codec, r, (from, fault) => record.locate(r, from, fault));
  } catch (error) {
    throw asProtocolError(error);
  }
}

/** A reader at the first of some bytes. */
export function readerOf(bytes: Buffer): ByteReader {
  const r = new ByteReader(defaultLimits);
  r.attach(bytes);
  r.window(0, bytes.length, false);
  return r;
}
