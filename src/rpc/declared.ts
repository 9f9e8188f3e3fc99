import { type MethodDescriptor, resolve, type StructDescriptor } from '../schema/descriptor.ts';
import { typeOfInstance } from '../values/classes.ts';

/** What kind of exception this is, if the method declares it. */
export function declaredException(
  { throws }: MethodDescriptor,
  error: unknown,
): StructDescriptor | undefined {
  const type = typeof error === 'object' && error !== null ? typeOfInstance(error) : undefined;
  return type !== undefined && throws.some(field => resolve(field.type) === type) ? type : undefined;
}
