import { type LoadSourceOptions, loadSource } from '../load.ts';
import type { InlineModule } from './module.ts';

/**
 * Loads IDL that stands in the program, with types from the text itself: no file, nothing generated.
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
