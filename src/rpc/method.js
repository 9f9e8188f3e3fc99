import { Codecs } from '../codec/codecs.ts';
import { binary } from '../protocol/binary.ts';
import { applicationExceptionCodec } from './application-exception.ts';
const codecs = new Codecs(binary);
/** The binary protocol, the only one so far. */
export const binaryDialect = Object.freeze({ codecs, exception: applicationExceptionCodec(codecs) });
const ready = new WeakMap();
/** A service's methods, own and inherited, by name. */
export function methodsOf(service, dialect = binaryDialect) {
    let methods = ready.get(service);
    if (methods === undefined) {
        methods = new Map(Array.from(service.methods.values(), descriptor => [descriptor.name, methodOf(descriptor, dialect)]));
        ready.set(service, methods);
    }
    return methods;
}
function methodOf(descriptor, dialect) {
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
function resultFieldsOf({ returns, throws, annotations, position, }) {
    if (returns === undefined)
        return throws;
    const success = Object.freeze({
        id: 0,
        name: 'success',
        type: returns,
        requiredness: 'optional',
        annotations,
        position,
    });
    return [success, ...throws];
}
