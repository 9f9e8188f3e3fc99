import type * as $ from '../types.ts';
import type { ParseMembers } from './members.ts';
import type { Tokens } from './text.ts';
import type { IdlTypeError } from './types.ts';
import type { Decoded, EnumObjectOf, Resolve, Schema } from './values.ts';

/** A constant's value, as far as TypeScript has a type for it, and it can be read off a single token. */
export type Constant<
  S extends Schema,
  Type,
  Value extends string,
  Seen = never,
> = Value extends keyof S['constants']
  ? Value extends Seen
    ? IdlTypeError<`const ${Value} leads back to itself`>
    : S['constants'][Value] extends readonly [string, 'const', unknown, infer Other extends string]
      ? Constant<S, Type, Other, Seen | Value>
      : never
  : Literal<S, Type, Resolve<S, Type>, Value>;

type Literal<S extends Schema, Type, Target, Value extends string> = Target extends 'bool'
  ? Value extends 'true' | '1'
    ? true
    : Value extends 'false' | '0'
      ? false
      : boolean
  : Target extends 'byte' | 'i8' | 'i16' | 'i32' | 'float' | 'double'
    ? NumberLiteral<S, Value>
    : Target extends 'i64'
      ? Int64Literal<Value, Decoded<S, Type>>
      : Target extends 'string'
        ? TextLiteral<S['texts'], Value>
        : Target extends 'binary'
          ? $.Binary
          : Target extends keyof S['types']
            ? S['types'][Target][1] extends 'enum'
              ? NumberLiteral<S, Value>
              : $.Readonly<Decoded<S, Type>>
            : $.Readonly<Decoded<S, Type>>;

/** A number, or an enum's member, which may stand for one. */
type NumberLiteral<S extends Schema, Value extends string> = Value extends `${infer Exact extends number}`
  ? Exact
  : Value extends `${infer Enum}.${infer Name}`
    ? S['types'][Enum] extends readonly [string, 'enum', infer Body extends string]
      ? EnumObjectOf<ParseMembers<Tokens<Body>>> extends infer Members
        ? Name extends keyof Members
          ? Members[Name]
          : number
        : never
      : number
    : number;

/** What a number would round stays a bigint. */
type Int64Literal<Value extends string, As> = As extends bigint
  ? Value extends `${infer Exact extends bigint}`
    ? Exact
    : bigint
  : Value extends `${infer Exact extends number}`
    ? Exact
    : number | bigint;

/** The text behind a `"` and its index; escapes are beyond types. */
type TextLiteral<
  Texts extends readonly string[],
  Value extends string,
> = Value extends `"${infer Index extends number}`
  ? Texts[Index] extends infer Text extends string
    ? Text extends `${string}\\${string}`
      ? string
      : Text
    : string
  : string;
