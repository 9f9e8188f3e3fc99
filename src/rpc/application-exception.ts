import type { Codec, CodecFinder } from '../codec/codec.ts';
import { RpcError, type RpcErrorInit } from '../errors/rpc-error.ts';
import { applicationType, isStatusCode, statusOfType, typeOfStatus } from '../errors/status.ts';
import type { FieldDescriptor, StructDescriptor, TypeDescriptor } from '../schema/descriptor.ts';
import { detailsText, parseDetails } from './details.ts';
import type { RefusalCode } from './refusal-code.ts';

/** The body of an exception message (thrift-rpc.md, "TApplicationException"): a struct like any other. */
interface ApplicationException {
  readonly message?: string;
  readonly type?: number;
  readonly details?: string;
}

/** Ours alone, far from what others may come to use; everybody else skips what they do not know. */
const DETAILS = 0x4c54;

const position = Object.freeze({ file: 'TApplicationException', line: 1, column: 1 });
const annotations = Object.freeze(Object.create(null) as Record<string, never>);

function field(id: number, name: string, type: TypeDescriptor): FieldDescriptor {
  return Object.freeze({ id, name, type, requiredness: 'optional', annotations, position });
}

const fields: readonly FieldDescriptor[] = Object.freeze([
  // Peers put anything into the text: better a replacement character than no error at all.
  field(1, 'message', { kind: 'string', utf8: 'replace', annotations, toString: () => 'string' }),
  field(2, 'type', { kind: 'i32', annotations, toString: () => 'i32' }),
  // As JSON.
  field(DETAILS, 'details', { kind: 'string', utf8: 'replace', annotations, toString: () => 'string' }),
]);

/** The struct itself. */
export const applicationExceptionStruct: StructDescriptor = Object.freeze({
  kind: 'struct',
  name: 'TApplicationException',
  fields,
  byName: new Map(fields.map(f => [f.name, f])),
  byId: new Map(fields.map(f => [f.id, f])),
  annotations,
  position,
  toString: () => 'TApplicationException',
});

/** The codec of an exception message's body. */
export function applicationExceptionCodec(codecs: CodecFinder): Codec {
  return codecs.of(applicationExceptionStruct);
}

/** How a status travels. */
export function toApplicationException(error: RpcError): ApplicationException {
  const { applicationType: own } = error;
  const type =
    own !== undefined && own === (own | 0)
      ? own
      : typeOfStatus(isStatusCode(error.code) ? error.code : 'INTERNAL');
  const details = detailsText(error.details);
  // Half a surrogate pair has no UTF-8; the text of some other error may hold one.
  return { message: error.message.toWellFormed(), type, ...(details === undefined ? {} : { details }) };
}

/**
 * What a peer's exception message means. npm's servers send no type at all: that is UNKNOWN. `refusal` is what was said
 * beside it, which counts for more.
 */
export function fromApplicationException(
  body: ApplicationException,
  init: RpcErrorInit,
  refusal?: RefusalCode,
): RpcError {
  const type = body.type ?? applicationType.unknown;
  const code = refusal?.code ?? statusOfType(type);
  const text =
    body.message || `${init.peer ?? 'the peer'} answered with an application exception of type ${type}`;
  const own = body.details === undefined ? refusal?.details : parseDetails(body.details);
  const details = own === undefined ? {} : { details: own };
  return new RpcError(code, text, { ...init, ...details, applicationType: type });
}
