import type { AfterValue } from './members.ts';
import type { Strip, Stripped, Tokens } from './text.ts';
import type { ParseType, WithJsType, Written } from './types.ts';

/** What the text defines. Bodies are as they were written: they are parsed when somebody asks for the definition. */
export type Definition =
  | readonly [name: string, kind: 'struct' | 'union' | 'exception' | 'enum', body: string]
  | readonly [name: string, kind: 'service', body: string, base: string | undefined]
  | readonly [name: string, kind: 'typedef', type: Written]
  | readonly [name: string, kind: 'const', type: Written, value: string]
  | readonly [name: string, kind: 'include']
  | readonly [name: string, kind: 'unsupported', what: string];

/** Definitions of a text, and the texts that are quoted in it. */
export interface Source {
  readonly definitions: readonly Definition[];
  readonly texts: readonly string[];
}

/** What a text defines; a word for what is not in the subset, where that goes for the whole text. */
export type ParseSource<S extends string> =
  Strip<S> extends infer Found extends Stripped
    ? Found['code'] extends `${string}@${string}`
      ? 'structured annotations'
      : { definitions: ParseDefinitions<Found['code'], Found['texts']>; texts: Found['texts'] }
    : never;

/**
 * Cuts the code at closing braces. Braces inside of braces are values, and so are those behind `=`: each such group
 * becomes one token, from the inside out, so that what is left is one body.
 */
type ParseDefinitions<
  S extends string,
  Texts extends readonly string[],
  Found extends readonly Definition[] = [],
> = S extends `${infer Piece}}${infer Rest}`
  ? Piece extends `${infer Head}{${infer Body}`
    ? Body extends `${string}{${string}`
      ? ParseDefinitions<`${BeforeLastBrace<Body, `${Head}{`>}0${Rest}`, Texts, Found>
      : Tokens<Head> extends infer Clean extends string
        ? Clean extends `${string}= `
          ? ParseDefinitions<`${Head}0${Rest}`, Texts, Found>
          : ParseHeads<Clean, Texts, Body, Found> extends infer Next extends readonly Definition[]
            ? ParseDefinitions<Rest, Texts, Next>
            : never
        : never
    : Found
  : ParseHeads<Tokens<S>, Texts, undefined, Found>;

type BeforeLastBrace<S extends string, Out extends string> = S extends `${infer Head}{${infer Rest}`
  ? Rest extends `${string}{${string}`
    ? BeforeLastBrace<Rest, `${Out}${Head}{`>
    : `${Out}${Head}`
  : never;

/** The definitions without a body that stand before one, and the one whose body it is. */
type ParseHeads<
  S extends string,
  Texts extends readonly string[],
  Body extends string | undefined,
  Found extends readonly Definition[],
> = S extends `${infer Word} ${infer Rest}`
  ? Word extends 'struct' | 'union' | 'exception' | 'enum' | 'service' | 'interaction'
    ? Body extends string
      ? [...Found, WithBody<Word, Rest, Body>]
      : Found
    : Word extends 'const'
      ? ParseType<Rest, Texts> extends [infer Type extends Written, `${infer Name} = ${infer Value}`]
        ? ParseHeads<
            AfterValue<Value>,
            Texts,
            Body,
            [...Found, [Name, 'const', Type, Value extends `${infer First} ${string}` ? First : '']]
          >
        : Found
      : Word extends 'typedef'
        ? ParseType<Rest, Texts> extends [infer Type extends Written, `${infer Name} ${infer After}`]
          ? After extends `( ${infer Annotations}) ${infer Next}`
            ? ParseHeads<
                Next,
                Texts,
                Body,
                [...Found, [Name, 'typedef', WithJsType<Type, Annotations, Texts>]]
              >
            : ParseHeads<After, Texts, Body, [...Found, [Name, 'typedef', Type]]>
          : Found
        : Word extends '('
          ? Rest extends `${string}) ${infer After}`
            ? ParseHeads<After, Texts, Body, Found>
            : Found
          : Word extends 'namespace'
            ? Rest extends `${string} ${string} ${infer After}`
              ? ParseHeads<After, Texts, Body, Found>
              : Found
            : Word extends 'include'
              ? Rest extends `"${infer Index extends number} ${infer After}`
                ? ParseHeads<After, Texts, Body, [...Found, [BaseName<Texts[Index] & string>, 'include']]>
                : Found
              : ParseHeads<Rest, Texts, Body, Found>
  : Found;

type WithBody<
  Kind extends string,
  Head extends string,
  Body extends string,
> = Head extends `${infer Name} ${infer Rest}`
  ? Kind extends 'interaction'
    ? [Name, 'unsupported', Kind]
    : Kind extends 'service'
      ? [Name, Kind, Body, Rest extends `extends ${infer Base} ${string}` ? Base : undefined]
      : [Name, Kind, Body]
  : never;

/** What an include is called: its file's name up to the last dot. */
type BaseName<Path extends string> = Path extends `${string}/${infer Rest}`
  ? BaseName<Rest>
  : Path extends `${infer Name}.thrift`
    ? Name
    : Path;
