/** Says, where a type should be, why there is none. */
export interface IdlTypeError<Message extends string> {
  readonly [idlTypeError]: Message;
}

declare const idlTypeError: unique symbol;

export type NotCovered<What> =
  IdlTypeError<`types from text do not cover "${What & string}": generate them, or use loadSource`>;

/** One object type of several, under no name: errors and editors show what is in it, not how it was made. */
export type Flat<T> = T extends unknown ? { [K in keyof T]: T[K] } : never;

export type IndexOf<Tuple> = keyof Tuple & `${number}`;

/** A type as it is written: a name, or a container of others. */
export type Written =
  | string
  | readonly ['list' | 'set', Written]
  | readonly ['map', Written, Written]
  /** `(js.type = "number")` */
  | readonly ['js', 'bigint' | 'number', Written]
  /** What is not in the subset, such as `stream<T>`. */
  | readonly ['unsupported', string];

/** The type at the head of the tokens, and the tokens behind it; undefined where there is none. */
export type ParseType<
  S extends string,
  Texts extends readonly string[],
> = S extends `${infer Word} ${infer Rest}`
  ? Rest extends `< ${infer Inside}`
    ? ParseContainer<Word, Inside, Texts>
    : Annotated<Word, Rest, Texts>
  : undefined;

type ParseContainer<Word extends string, S extends string, Texts extends readonly string[]> = Word extends
  | 'list'
  | 'set'
  ? ParseType<S, Texts> extends [infer Element extends Written, `> ${infer Rest}`]
    ? Annotated<[Word, Element], Rest, Texts>
    : undefined
  : ParseType<S, Texts> extends [infer First extends Written, infer Rest extends string]
    ? Word extends 'map'
      ? ParseType<Rest, Texts> extends [infer Value extends Written, `> ${infer After}`]
        ? Annotated<['map', First, Value], After, Texts>
        : undefined
      : Rest extends `${string}> ${infer After}`
        ? [['unsupported', Word], After]
        : undefined
    : undefined;

type Annotated<
  Type extends Written,
  S extends string,
  Texts extends readonly string[],
> = S extends `( ${infer Annotations}) ${infer Rest}`
  ? [WithJsType<Type, Annotations, Texts>, Rest]
  : S extends `& ${infer Rest}`
    ? [Type, Rest]
    : [Type, S];

/** `js.type` stands on the type, the field or the typedef. */
export type WithJsType<
  Type extends Written,
  Annotations extends string,
  Texts extends readonly string[],
> = Annotations extends `${string}js.type = "${infer Index extends number} ${string}`
  ? Texts[Index] extends infer As extends 'bigint' | 'number'
    ? ['js', As, Type]
    : Type
  : Type;
