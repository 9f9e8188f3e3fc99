import { loadSource } from '../../src/load.ts';
import type { StructDescriptor } from '../../src/schema/descriptor.ts';
import type { ValueOptions } from '../../src/schema/types.ts';
import { type } from '../../src/values/module.ts';

/** The structs, unions and exceptions of a text, which are called by single letters. */
export function typesOf(
  text: string,
  options: Partial<ValueOptions> = {},
): Readonly<Record<'S' | 'R' | 'U' | 'X', StructDescriptor>> {
  const module = loadSource(text, { ...options, onWarning() {} });
  const entries = Object.keys(module).map(name => [name, type(module, name)]);
  return Object.fromEntries(entries) as Record<'S' | 'R' | 'U' | 'X', StructDescriptor>;
}

/** Bytes from hex; blanks are for the eye. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}
