import { encodeChecked } from '../../codec/checked.ts';
import { explainTuple } from '../../codec/explain.ts';
import { MessageHeader } from '../../protocol/protocol.ts';
import { messageType } from '../../protocol/types.ts';
import { resolve } from '../../schema/descriptor.ts';
import { typeOfInstance } from '../../values/classes.ts';
import { toApplicationException } from '../application-exception.ts';
import { MissingResult } from './failures.ts';
const header = new MessageHeader();
/** Writes a method's result. Throws a ValueError when the handler returned what does not fit. */
export function writeResult(out, dialect, method, to, value) {
    if (!method.isVoid && (value === undefined || value === null)) {
        throw new MissingResult(`the handler returned nothing, expected ${method.descriptor.returns}`);
    }
    writeTuple(out, dialect, method, to, method.isVoid ? [] : [value]);
}
/** Writes an exception, if the method declares its class; otherwise does nothing and says so. */
export function writeDeclared(out, dialect, method, to, error) {
    const type = typeof error === 'object' && error !== null ? typeOfInstance(error) : undefined;
    if (type === undefined)
        return false;
    const index = method.resultFields.findIndex((field, i) => (method.isVoid || i > 0) && resolve(field.type) === type);
    if (index < 0)
        return false;
    const values = new Array(index + 1).fill(undefined);
    values[index] = error;
    writeTuple(out, dialect, method, to, values);
    return true;
}
/** Writes a failure that no IDL declares. */
export function writeFailure(out, dialect, to, error) {
    write(out, dialect, to, messageType.exception, (w, at) => dialect.exception.encode(w, toApplicationException(error), at, 0));
}
function writeTuple(out, dialect, method, to, values) {
    write(out, dialect, to, messageType.reply, (w, at) => encodeChecked(method.result, w, values, at, () => explainTuple(method.fullName, 'result', method.resultFields, values, w.maxDepth)));
}
function write(out, dialect, to, type, body) {
    const at = out.begin();
    try {
        header.name = to.name;
        header.seqid = to.seqid;
        header.strict = to.strict;
        header.type = type;
        out.commit(body(out.writer, dialect.codecs.protocol.writeMessage(out.writer, at, header)));
    }
    finally {
        out.end();
    }
}
