/**
 * The text as the parser wants it. TypeScript allows a tail call a thousand steps, so everything here takes large
 * bites: it splits at what is looked for, never character by character.
 */

type Before<S extends string, Mark extends string> = S extends `${infer Head}${Mark}${string}` ? Head : S;

/** What stands before the first quote or comment. */
type Plain<S extends string> = Before<Before<Before<Before<S, '"'>, "'">, '#'>, '/'>;

/** Code without comments, each text in it a `"` and its index in the texts. */
export interface Stripped {
  readonly code: string;
  readonly texts: readonly string[];
}

export type Strip<S extends string, Code extends string = '', Texts extends readonly string[] = []> =
  Plain<S> extends infer Head extends string
    ? S extends `${Head}${infer Rest}`
      ? Rest extends `//${infer After}` | `#${infer After}`
        ? After extends `${string}\n${infer Next}`
          ? Strip<Next, `${Code}${Head}\n`, Texts>
          : { code: `${Code}${Head}`; texts: Texts }
        : Rest extends `/*${infer After}`
          ? After extends `${string}*/${infer Next}`
            ? Strip<Next, `${Code}${Head} `, Texts>
            : { code: `${Code}${Head}`; texts: Texts }
          : Rest extends `${infer Quote extends '"' | "'"}${infer After}`
            ? Quoted<After, Quote> extends [infer Text extends string, infer Next extends string]
              ? Strip<Next, `${Code}${Head} "${Texts['length']} `, [...Texts, Text]>
              : { code: `${Code}${Head}`; texts: Texts }
            : { code: `${Code}${S}`; texts: Texts }
      : never
    : never;

/** What is quoted, and what follows. A backslash before the quote keeps it open, unless that is escaped itself. */
type Quoted<
  S extends string,
  Quote extends string,
  Text extends string = '',
> = S extends `${infer Head}${Quote}${infer Rest}`
  ? Head extends `${string}\\`
    ? Head extends `${string}\\\\`
      ? [`${Text}${Head}`, Rest]
      : Quoted<Rest, Quote, `${Text}${Head}${Quote}`>
    : [`${Text}${Head}`, Rest]
  : undefined;

type Replace<
  S extends string,
  Mark extends string,
  By extends string,
  Out extends string = '',
> = S extends `${infer Head}${Mark}${infer Rest}`
  ? Replace<Rest, Mark, By, `${Out}${Head}${By}`>
  : `${Out}${S}`;

type Spaced<S extends string, Mark extends string> = Replace<S, Mark, ` ${Mark} `>;

/** One blank for a run of them. */
type Collapse<S extends string> = S extends `${string}  ${string}` ? Collapse<Replace<S, '  ', ' '>> : S;

/**
 * Each token between single blanks, and one behind the last. Separators go: the grammar can do without them
 * wherever it allows them.
 */
export type Tokens<S extends string> =
  Collapse<` ${Spaced<
    Spaced<
      Spaced<
        Spaced<
          Spaced<
            Spaced<
              Spaced<
                Spaced<
                  Spaced<
                    Replace<
                      Replace<Replace<Replace<Replace<S, '\n', ' '>, '\r', ' '>, '\t', ' '>, ',', ' '>,
                      ';',
                      ' '
                    >,
                    ':'
                  >,
                  '='
                >,
                '('
              >,
              ')'
            >,
            '<'
          >,
          '>'
        >,
        '['
      >,
      ']'
    >,
    '&'
  >} `> extends ` ${infer Clean}`
    ? Clean
    : never;
