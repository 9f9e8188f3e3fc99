import type { Documented, Literal, MethodDescriptor } from '../schema/descriptor.ts';

/** The rows of a JSDoc comment: the doc comment, and what annotations say. */
export function docRows(documented: Documented, ...more: readonly string[]): string[] {
  const rows = documented.doc === undefined ? [] : documented.doc.split('\n');
  const deprecated = deprecation(documented);
  const tags = deprecated === undefined ? more : [...more, deprecated];
  return rows.length > 0 && tags.length > 0 ? [...rows, '', ...tags] : [...rows, ...tags];
}

/** `(deprecated)`, `(deprecated = "use b")`, or fbthrift's `@thrift.Deprecated{message = "use b"}`. */
function deprecation({ annotations }: Documented): string | undefined {
  const [key, values] = Object.entries(annotations).find(([name]) => /(^|[.@])deprecated$/i.test(name)) ?? [];
  if (key === undefined || values === undefined) return undefined;
  const value = values.at(-1);
  const reason = typeof value === 'string' ? value : messageOf(value);
  return reason === undefined || reason === '1' || reason === '' ? '@deprecated' : `@deprecated ${reason}`;
}

function messageOf(value: Literal | undefined): string | undefined {
  const message = value?.kind === 'struct' ? value.fields.get('message') : undefined;
  return message?.kind === 'string' ? message.value : undefined;
}

/** The exceptions that a method declares. */
export function throwsRows(method: MethodDescriptor): string[] {
  return method.throws.map(
    ({ type, doc }) => `@throws {${type}}${doc === undefined ? '' : ` ${doc.replaceAll('\n', ' ')}`}`,
  );
}
