import type * as $ from '../types.ts';
import type { DynamicModule } from '../values/module.ts';
import type { Constant } from './constants.ts';
import type { Definition, ParseSource, Source } from './definitions.ts';
import type { ParseMembers } from './members.ts';
import type { Method } from './methods.ts';
import type { Api, Impl, MethodsOf } from './services.ts';
import type { Tokens } from './text.ts';
import type { Flat, IdlTypeError, IndexOf, NotCovered } from './types.ts';
import type { DecodedStruct, EnumObjectOf, Resolve, Schema, StructInput } from './values.ts';

/** The module that a text defines. A text that is not known to the compiler letter by letter is any module. */
export type InlineModule<
  Text extends string,
  Int64 extends 'bigint' | 'number' = 'bigint',
  Maps extends 'map' | 'object' = 'map',
> =
  // A pattern of a text makes an index signature, which nothing need be in; a text makes a property.
  Record<never, 1> extends Record<Text, 1>
    ? DynamicModule
    : ParseSource<Text> extends infer Found
      ? Found extends Source
        ? Flat<ModuleOf<Found['definitions'], SchemaOf<Found, Int64, Maps>>>
        : NotCovered<Found>
      : never;

interface SchemaOf<Found extends Source, Int64 extends 'bigint' | 'number', Maps extends 'map' | 'object'> {
  readonly types: Types<Found['definitions']>;
  readonly constants: Constants<Found['definitions']>;
  readonly texts: Found['texts'];
  readonly int64: Int64;
  readonly maps: Maps;
}

type Types<Definitions extends readonly Definition[]> = {
  readonly [I in IndexOf<Definitions> as Definitions[I][1] extends 'const' | 'include'
    ? never
    : Definitions[I][0]]: Definitions[I];
};

type Constants<Definitions extends readonly Definition[]> = {
  readonly [I in IndexOf<Definitions> as Definitions[I][1] extends 'const'
    ? Definitions[I][0]
    : never]: Definitions[I];
};

/** Where names meet, a type wins over a constant, and a definition over an include. `then` is nowhere. */
type ModuleOf<Definitions extends readonly Definition[], S extends Schema> = {
  readonly [Name in Exclude<Definitions[number][0], 'then'>]: Name extends keyof S['types']
    ? ValueOf<S, S['types'][Name]>
    : Name extends keyof S['constants']
      ? S['constants'][Name] extends readonly [string, 'const', infer Type, infer Value extends string]
        ? Constant<S, Type, Value>
        : never
      : DynamicModule;
};

type ValueOf<S extends Schema, D extends Definition> = D[1] extends 'struct' | 'union' | 'exception'
  ? DecodedStruct<S, D> extends infer Value extends object
    ? $.StructClass<Value, StructInput<S, D>>
    : never
  : D extends readonly [string, 'enum', infer Body extends string]
    ? EnumObjectOf<ParseMembers<Tokens<Body>>>
    : D extends readonly [infer Name, 'service', ...unknown[]]
      ? ServiceOf<S, Name>
      : D extends readonly [string, 'typedef', infer Type]
        ? TypedefValue<S, Resolve<S, Type>>
        : NotCovered<D[2]>;

/** Another name of a class or enum is that class or enum. */
type TypedefValue<S extends Schema, Target> = Target extends keyof S['types']
  ? S['types'][Target][1] extends 'typedef'
    ? IdlTypeError<`typedef ${Target & string} leads back to itself`>
    : ValueOf<S, S['types'][Target]>
  : $.TypeDescriptor;

type ServiceOf<S extends Schema, Name> =
  MethodsOf<S, Name> extends infer Methods
    ? Methods extends readonly Method[]
      ? $.Service<Api<S, Methods>, Impl<S, Methods>>
      : Methods
    : never;
