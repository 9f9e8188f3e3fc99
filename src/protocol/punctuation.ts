import type { PunctuationReader, PunctuationWriter } from './protocol.ts';

function same(_w: unknown, at: number): number {
  return at;
}

function nothing(): void {}

/** That of protocols in which values stand one behind the other. */
export const noPunctuation: { readonly write: PunctuationWriter; readonly read: PunctuationReader } = {
  write: {
    structBegin: same,
    fieldEnd: same,
    element: same,
    listEnd: same,
    entry: same,
    colon: same,
    mapEnd: same,
  },
  read: {
    structBegin: nothing,
    fieldEnd: nothing,
    element: nothing,
    listEnd: nothing,
    entry: nothing,
    colon: nothing,
    mapEnd: nothing,
    valueEnd: nothing,
  },
};
