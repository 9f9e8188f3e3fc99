/**
 * The same text as V8 itself keeps it for names of properties and for literals: two of these are compared by their
 * addresses alone.
 */
export function internal<T extends string>(text: T): T {
  return Object.keys({ [text]: 0 })[0] as T;
}
