export type { Diagnostic } from './errors/idl-error.ts';
export { IdlError } from './errors/idl-error.ts';
