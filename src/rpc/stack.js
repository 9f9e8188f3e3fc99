import { RpcError } from '../errors/rpc-error.ts';
import { ValueError } from '../errors/value-error.ts';
import { typeOfInstance } from '../values/classes.ts';
/**
 * The rejection handler of every call: gives the error the stack of the caller, which V8 knows here by who
 * awaits the call. A call that succeeds pays nothing for it. Errors of others keep their own stack.
 */
export function throwToCaller(error) {
    if (error instanceof RpcError || error instanceof ValueError || isLoadedException(error)) {
        Error.captureStackTrace(error, throwToCaller);
    }
    throw error;
}
function isLoadedException(error) {
    return error instanceof Error && typeOfInstance(error) !== undefined;
}
