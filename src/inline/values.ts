import type * as $ from '../types.ts';
import type { Definition } from './definitions.ts';
import type { Field, Member, ParseFields, ParseMembers } from './members.ts';
import type { Tokens } from './text.ts';
import type { Flat, IdlTypeError, IndexOf } from './types.ts';

/** A parsed text, and how its values are to look. */
export interface Schema {
  readonly types: { readonly [name: string]: Definition };
  readonly constants: { readonly [name: string]: Definition };
  readonly texts: readonly string[];
  readonly int64: 'bigint' | 'number';
  readonly maps: 'map' | 'object';
}

interface Scalars {
  bool: boolean;
  byte: number;
  i8: number;
  i16: number;
  i32: number;
  float: number;
  double: number;
  string: string;
  uuid: string;
  binary: $.Binary;
}

type DecodedInt64<As> = As extends 'number' ? number : bigint;

/** What decoding gives. `Seen` are the typedefs on the way here: one may lead back to itself. */
export type Decoded<S extends Schema, Type, Seen = never> = Type extends string
  ? Type extends keyof Scalars
    ? Scalars[Type]
    : Type extends 'i64'
      ? DecodedInt64<S['int64']>
      : Named<S, Type, Seen, 'decoded'>
  : Type extends readonly ['list', infer Element]
    ? $.List<Decoded<S, Element, Seen>>
    : Type extends readonly ['set', infer Element]
      ? $.Set<Decoded<S, Element, Seen>>
      : Type extends readonly ['map', infer Key, infer Value]
        ? Resolve<S, Key> extends 'string'
          ? DecodedDictionary<S['maps'], Decoded<S, Value, Seen>>
          : $.Map<Decoded<S, Key, Seen>, Decoded<S, Value, Seen>>
        : Type extends readonly ['js', infer As, infer Inner]
          ? Resolve<S, Inner> extends 'i64'
            ? DecodedInt64<As>
            : Decoded<S, Inner, Seen>
          : unknown;

type DecodedDictionary<As, Value> = As extends 'object' ? $.Dictionary<Value> : $.Map<string, Value>;

/** What constructors and encoders take. */
export type Input<S extends Schema, Type, Seen = never> = Type extends string
  ? Type extends keyof Scalars
    ? Scalars[Type]
    : Type extends 'i64'
      ? $.I64Input
      : Named<S, Type, Seen, 'input'>
  : Type extends readonly ['list', infer Element]
    ? $.ListInput<Input<S, Element, Seen>>
    : Type extends readonly ['set', infer Element]
      ? $.SetInput<Input<S, Element, Seen>>
      : Type extends readonly ['map', infer Key, infer Value]
        ? Resolve<S, Key> extends 'string'
          ? $.DictionaryInput<Input<S, Value, Seen>>
          : $.MapInput<Input<S, Key, Seen>, Input<S, Value, Seen>>
        : Type extends readonly ['js', unknown, infer Inner]
          ? Input<S, Inner, Seen>
          : unknown;

/** A name that is not in the text is a mistake, unless it is a dotted one: of what is included nothing is known. */
type Named<
  S extends Schema,
  Name extends string,
  Seen,
  Form extends 'decoded' | 'input',
> = Name extends keyof S['types']
  ? Name extends Seen
    ? IdlTypeError<`typedef ${Name} leads back to itself`>
    : S['types'][Name] extends readonly [string, 'typedef', infer Type]
      ? Form extends 'decoded'
        ? Decoded<S, Type, Seen | Name>
        : Input<S, Type, Seen | Name>
      : S['types'][Name] extends readonly [string, 'enum', infer Body extends string]
        ?
            | EnumNumbers<ParseMembers<Tokens<Body>>>
            | (Form extends 'input' ? EnumNames<ParseMembers<Tokens<Body>>> : never)
        : Form extends 'decoded'
          ? DecodedStruct<S, S['types'][Name]>
          : StructInput<S, S['types'][Name]>
  : Name extends `${string}.${string}`
    ? unknown
    : IdlTypeError<`${Name} is not defined in this text`>;

/** What a type is behind its typedefs. */
export type Resolve<S extends Schema, Type, Seen = never> = Type extends keyof S['types']
  ? Type extends Seen
    ? Type
    : S['types'][Type] extends readonly [string, 'typedef', infer Target]
      ? Resolve<S, Target, Seen | Type>
      : Type
  : Type extends readonly ['js', unknown, infer Inner]
    ? Resolve<S, Inner, Seen>
    : Type;

export type DecodedStruct<S extends Schema, Type extends Definition> = Type extends readonly [
  string,
  infer Kind,
  infer Body extends string,
]
  ? ParseFields<Tokens<Body>, S['texts']> extends [infer Fields extends readonly Field[], unknown]
    ? Kind extends 'union'
      ? Flat<DecodedUnion<S, Fields>>
      : Kind extends 'exception'
        ? $.Exception & DecodedException<S, Fields>
        : Flat<DecodedFields<S, Fields>>
    : never
  : never;

type DecodedFields<S extends Schema, Fields extends readonly Field[]> = {
  [I in IndexOf<Fields> as Fields[I][0]]: DecodedField<S, Fields[I]>;
};

type DecodedField<S extends Schema, F extends Field> = F[1] extends 'required' | 'filled'
  ? Decoded<S, F[2]>
  : Decoded<S, F[2]> | undefined;

/** An error's own names mean something else; a `message` that is a string is one of them that fits. */
type IsSetAside<S extends Schema, F extends Field> = F[0] extends 'name' | 'stack' | 'cause' | 'fields'
  ? true
  : F[0] extends 'message'
    ? Resolve<S, F[2]> extends 'string'
      ? false
      : true
    : false;

type DecodedException<S extends Schema, Fields extends readonly Field[]> = Flat<
  {
    [I in IndexOf<Fields> as IsSetAside<S, Fields[I]> extends true
      ? never
      : Fields[I][0]]: Fields[I][0] extends 'message' ? string : DecodedField<S, Fields[I]>;
  } & (SetAside<S, Fields> extends infer Aside
    ? keyof Aside extends never
      ? unknown
      : { fields: Flat<Aside> }
    : never)
>;

type SetAside<S extends Schema, Fields extends readonly Field[]> = {
  [I in IndexOf<Fields> as IsSetAside<S, Fields[I]> extends true ? Fields[I][0] : never]: DecodedField<
    S,
    Fields[I]
  >;
};

type DecodedUnion<S extends Schema, Fields extends readonly Field[]> = {
  [I in IndexOf<Fields>]: { [K in Fields[I][0]]: Decoded<S, Fields[I][2]> } & {
    [K in Exclude<Fields[number][0], Fields[I][0]>]?: never;
  };
}[IndexOf<Fields>];

export type StructInput<S extends Schema, Type extends Definition> = Type extends readonly [
  string,
  infer Kind,
  infer Body extends string,
]
  ? ParseFields<Tokens<Body>, S['texts']> extends [infer Fields extends readonly Field[], unknown]
    ? Kind extends 'union'
      ? Flat<UnionInput<S, Fields>>
      : FieldsInput<S, Fields>
    : never
  : never;

type FieldsInput<S extends Schema, Fields extends readonly Field[]> = Flat<
  {
    readonly [I in IndexOf<Fields> as Fields[I][1] extends 'required' ? Fields[I][0] : never]: Input<
      S,
      Fields[I][2]
    >;
  } & {
    readonly [I in IndexOf<Fields> as Fields[I][1] extends 'required' ? never : Fields[I][0]]?:
      | Input<S, Fields[I][2]>
      | null
      | undefined;
  }
>;

type UnionInput<S extends Schema, Fields extends readonly Field[]> = {
  [I in IndexOf<Fields>]: { readonly [K in Fields[I][0]]: Input<S, Fields[I][2]> } & {
    readonly [K in Exclude<Fields[number][0], Fields[I][0]>]?: null | undefined;
  };
}[IndexOf<Fields>];

/** A number that is not written in plain decimals is just a number. */
type NumberOf<Text extends string> = Text extends `${infer Value extends number}` ? Value : number;

type EnumNumbers<Members extends readonly Member[]> = NumberOf<Members[number][1]>;

type EnumNames<Members extends readonly Member[]> = Members[number][0];

export type EnumObjectOf<Members extends readonly Member[]> = Flat<
  {
    readonly [I in IndexOf<Members> as Members[I][0]]: NumberOf<Members[I][1]>;
  } & {
    readonly [I in IndexOf<Members> as number extends NumberOf<Members[I][1]>
      ? never
      : NumberOf<Members[I][1]>]: FirstNamed<Members, Members[I][1]>;
  }
>;

/** Where a number has several names, the first is the one that it is shown by. */
type FirstNamed<Members extends readonly Member[], Value extends string> = Members extends readonly [
  infer First extends Member,
  ...infer Rest extends readonly Member[],
]
  ? First[1] extends Value
    ? First[0]
    : FirstNamed<Rest, Value>
  : never;
