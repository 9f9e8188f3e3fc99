import { type MethodDescriptor, resolve, type StructDescriptor } from '../schema/descriptor.ts';
import { typeOfInstance } from '../values/classes.ts';
import type { Method } from './method.ts';

/** What kind of exception this is, if the method declares it. */
export function declaredException(
  { throws }: MethodDescriptor,
  error: unknown,
): StructDescriptor | undefined {
  const type = typeOfError(error);
  return type !== undefined && throws.some(field => resolve(field.type) === type) ? type : undefined;
}

/** The values of the result that carries an exception, if the method declares its class. */
export function declaredResult({ resultFields, isVoid }: Method, error: unknown): unknown[] | undefined {
  const type = typeOfError(error);
  if (type === undefined) return undefined;
  const index = resultFields.findIndex((field, i) => (isVoid || i > 0) && resolve(field.type) === type);
  return index < 0 ? undefined : [...new Array<undefined>(index).fill(undefined), error];
}

function typeOfError(error: unknown): StructDescriptor | undefined {
  return typeof error === 'object' && error !== null ? typeOfInstance(error) : undefined;
}
