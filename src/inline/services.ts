import type * as $ from '../types.ts';
import type { Field } from './members.ts';
import type { Method, ParseMethods, Streams } from './methods.ts';
import type { Tokens } from './text.ts';
import type { Flat, IdlTypeError, IndexOf, NotCovered, Written } from './types.ts';
import type { Decoded, Input, Schema } from './values.ts';

/** A service's own methods and those it inherits, in that order; a text says why there are none. */
export type MethodsOf<
  S extends Schema,
  Name,
  Found extends readonly Method[] = [],
  Seen = never,
> = Name extends keyof S['types']
  ? Name extends Seen
    ? IdlTypeError<'a service extends itself'>
    : S['types'][Name] extends readonly [string, 'service', infer Body extends string, infer Base]
      ? ParseMethods<Tokens<Body>, S['texts']> extends infer Own
        ? Own extends readonly Method[]
          ? Base extends string
            ? MethodsOf<S, Base, [...Found, ...Own], Seen | Name>
            : [...Found, ...Own]
          : NotCovered<Own>
        : never
      : IdlTypeError<`${Name & string} is no service`>
  : IdlTypeError<`the service ${Name & string} is not defined in this text: generate types, or use loadSource`>;

/** A client gives inputs and gets decoded values. */
export type Api<S extends Schema, Methods extends readonly Method[]> = Flat<{
  [I in IndexOf<Methods> as Methods[I][0]]: Methods[I][1] extends Streams
    ? ApiStream<S, Methods[I][1], Methods[I][2]>
    : Signature<
        ApiParameters<S, Methods[I][2]>,
        Methods[I][1] extends 'void' ? void : Decoded<S, Methods[I][1]>
      >;
}>;

/** A handler gets decoded values and gives inputs. */
export type Impl<S extends Schema, Methods extends readonly Method[]> = Flat<{
  [I in IndexOf<Methods> as Methods[I][0]]: Methods[I][1] extends Streams
    ? ImplStream<S, Methods[I][1], Methods[I][2]>
    : Signature<
        ImplParameters<S, Methods[I][2]>,
        Methods[I][1] extends 'void' ? void : Input<S, Methods[I][1]>
      >;
}>;

/**
 * What is streamed stands behind the parameters. What is given may be any iterable. Behind a first answer comes a
 * stream, or the final answer, when all is sent.
 */
type ApiStream<S extends Schema, Found extends Streams, Fields extends readonly Field[]> = Signature<
  Found['sends'] extends Written
    ? ApiParameters<S, Fields, [$.StreamInput<Input<S, Found['sends']>>], false>
    : ApiParameters<S, Fields>,
  Found['first'] extends Written
    ? readonly [
        first: Decoded<S, Found['first']>,
        later: Found['receives'] extends Written
          ? $.Stream<Decoded<S, Found['receives']>>
          : Promise<Decoded<S, Found['final']>>,
      ]
    : Found['receives'] extends Written
      ? $.Stream<Decoded<S, Found['receives']>>
      : Decoded<S, Found['final']>
>;

type ImplStream<S extends Schema, Found extends Streams, Fields extends readonly Field[]> = Signature<
  Found['sends'] extends Written
    ? [...ImplParameters<S, Fields>, $.Stream<Decoded<S, Found['sends']>>]
    : ImplParameters<S, Fields>,
  Found['first'] extends Written
    ? readonly [
        first: Input<S, Found['first']>,
        later: Found['receives'] extends Written
          ? $.StreamInput<Input<S, Found['receives']>>
          : Input<S, Found['final']> | Promise<Input<S, Found['final']>>,
      ]
    : Found['receives'] extends Written
      ? $.StreamInput<Input<S, Found['receives']>>
      : Input<S, Found['final']>
>;

type Signature<Parameters, Returned> = Parameters extends readonly unknown[]
  ? (...args: Parameters) => Returned
  : never;

/** Only what has a default may be left out, and only from the end: "optional" means nothing for a parameter. */
type ApiParameters<
  S extends Schema,
  Fields extends readonly Field[],
  Parameters extends readonly unknown[] = [],
  AtEnd = true,
> = Fields extends readonly [...infer Before extends readonly Field[], infer Last extends Field]
  ? Last[1] extends 'filled'
    ? AtEnd extends true
      ? ApiParameters<S, Before, [(Input<S, Last[2]> | null)?, ...Parameters]>
      : ApiParameters<S, Before, [Input<S, Last[2]> | null | undefined, ...Parameters], false>
    : ApiParameters<S, Before, [Input<S, Last[2]>, ...Parameters], false>
  : Parameters;

type ImplParameters<S extends Schema, Fields extends readonly Field[]> = {
  [I in keyof Fields]: Decoded<S, Fields[I][2]>;
};
