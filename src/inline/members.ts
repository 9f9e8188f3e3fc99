import type { ParseType, WithJsType, Written } from './types.ts';

/** `filled`: with a default, whatever else it is. `plain`: neither required nor optional. */
export type Presence = 'required' | 'optional' | 'plain' | 'filled';

export type Field = readonly [name: string, presence: Presence, type: Written];

/** The fields up to a closing parenthesis or the end, and the tokens behind. */
export type ParseFields<
  S extends string,
  Texts extends readonly string[],
  Fields extends readonly Field[] = [],
  Qualifier extends Presence = 'plain',
> = S extends `${infer Word} ${infer Rest}`
  ? Rest extends `: ${infer After}`
    ? ParseFields<After, Texts, Fields>
    : Word extends ')'
      ? [Fields, Rest]
      : Word extends 'required' | 'optional'
        ? ParseFields<Rest, Texts, Fields, Word>
        : ParseType<S, Texts> extends [infer Type extends Written, `${infer Name} ${infer After}`]
          ? After extends `= ${infer Value}`
            ? ParseFieldEnd<AfterValue<Value>, Texts, Fields, [Name, 'filled', Type]>
            : ParseFieldEnd<After, Texts, Fields, [Name, Qualifier, Type]>
          : [Fields, '']
  : [Fields, ''];

type ParseFieldEnd<
  S extends string,
  Texts extends readonly string[],
  Fields extends readonly Field[],
  Last extends Field,
> = S extends `( ${infer Annotations}) ${infer Rest}`
  ? ParseFields<Rest, Texts, [...Fields, [Last[0], Last[1], WithJsType<Last[2], Annotations, Texts>]]>
  : ParseFields<S, Texts, [...Fields, Last]>;

/** Behind a value. What stood between braces is one token by now. */
export type AfterValue<S extends string> = S extends `[ ${infer Inside}`
  ? AfterList<Inside>
  : S extends `${string} ${infer Rest}`
    ? Rest
    : '';

type AfterList<S extends string> = S extends `${infer Inside}] ${infer Rest}`
  ? Inside extends `${string}[ ${infer Inner}`
    ? AfterList<AfterList<`${Inner}] ${Rest}`>>
    : Rest
  : '';

export type Member = readonly [name: string, value: string];

/** The members of an enum; the text of a number, or `number` where it is not written in plain decimals. */
export type ParseMembers<
  S extends string,
  Members extends readonly Member[] = [],
  Next extends string = '0',
> = S extends `${infer Name} ${infer Rest}`
  ? Name extends '('
    ? Rest extends `${string}) ${infer After}`
      ? ParseMembers<After, Members, Next>
      : Members
    : Rest extends `= ${infer Value} ${infer After}`
      ? ParseMembers<After, [...Members, [Name, Value]], Increment<Value>>
      : ParseMembers<Rest, [...Members, [Name, Next]], Increment<Next>>
  : Members;

type Digits = { 0: '1'; 1: '2'; 2: '3'; 3: '4'; 4: '5'; 5: '6'; 6: '7'; 7: '8'; 8: '9' };

type Increment<Value extends string> = Value extends '-1'
  ? '0'
  : Value extends `-${string}` | `0${string}x${string}` | `+${string}`
    ? 'number'
    : Value extends `${infer Head}9`
      ? `${Head extends '' ? '1' : Increment<Head>}0`
      : {
            [Digit in keyof Digits]: Value extends `${infer Head}${Digit}`
              ? `${Head}${Digits[Digit]}`
              : never;
          }[keyof Digits] extends infer Incremented extends string
        ? [Incremented] extends [never]
          ? 'number'
          : Incremented
        : never;
