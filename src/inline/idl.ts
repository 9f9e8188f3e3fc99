import { type LoadSourceOptions, loadSource } from '../load.ts';
import type { InlineModule } from './module.ts';

export type { InlineModule } from './module.ts';
export type { IdlTypeError } from './types.ts';

/**
 * Loads IDL that stands in the program, with types from the text itself: no file, nothing generated. A call, because
 * tagged templates carry no literal types.
 *
 * The types know what most files are made of: constants, enums, typedefs, structs, unions, exceptions and services
 * that the text itself defines, with what they stream. What is included is loosely typed, and what is written with
 * structured annotations, or an interaction, has an `IdlTypeError` for a type that says so. Docs and parameter names do
 * not survive. A text that the compiler does not know letter by letter gives a `DynamicModule`.
 *
 * A page costs the compiler a few hundredths of a second, a thousand lines less than one second. What is used is
 * parsed, and nothing else. It gives up ("excessively deep") beyond some 900 comments and quoted texts, 900
 * definitions, or 300 fields in one struct: generate types for such.
 */
export function idl<
  const Text extends string,
  Int64 extends 'bigint' | 'number' = 'bigint',
  Maps extends 'map' | 'object' = 'map',
>(
  text: Text,
  options?: LoadSourceOptions & { readonly int64?: Int64; readonly maps?: Maps },
): InlineModule<Text, Int64, Maps> {
  return loadSource(text, options) as InlineModule<Text, Int64, Maps>;
}
