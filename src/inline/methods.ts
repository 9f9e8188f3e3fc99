import type { Field, ParseFields } from './members.ts';
import type { ParseType, Written } from './types.ts';

/** What a method streams, in the place of a result; `first` and `final` are the messages that the server sends apart. */
export interface Streams {
  readonly sends: Written | undefined;
  readonly receives: Written | undefined;
  readonly first: Written | undefined;
  readonly final: Written | undefined;
}

export type Method = readonly [name: string, returns: Written | Streams, parameters: readonly Field[]];

/** The methods of a service; what is not in the subset, where there is such a thing. */
export type ParseMethods<
  S extends string,
  Texts extends readonly string[],
  Methods extends readonly Method[] = [],
> = S extends `${infer Word} ${infer Rest}`
  ? Word extends 'oneway' | 'async'
    ? ParseMethods<Rest, Texts, Methods>
    : Word extends '('
      ? ParseMethodEnd<S, Texts, Methods>
      : ParseReturns<S, Texts> extends [
            infer Returns extends Written | Streams,
            `${infer Name} ${infer After}`,
          ]
        ? After extends `( ${infer Inside}`
          ? Returns extends readonly ['unsupported', infer What extends string]
            ? What
            : ParseFields<Inside, Texts> extends [
                  infer Parameters extends readonly Field[],
                  infer Next extends string,
                ]
              ? ParseMethodEnd<AfterThrows<Next, Texts>, Texts, [...Methods, [Name, Returns, Parameters]]>
              : never
          : Name
        : Word
  : Methods;

type AfterThrows<S extends string, Texts extends readonly string[]> = S extends `throws ( ${infer Throws}`
  ? ParseFields<Throws, Texts> extends [unknown, infer End extends string]
    ? End
    : never
  : S;

/** What a method returns: a type, or fbthrift's words for streams, of which a type may stand before the first. */
type ParseReturns<S extends string, Texts extends readonly string[]> = S extends `stream < ${infer Inside}`
  ? ParseStream<Inside, Texts, undefined>
  : S extends `sink < ${infer Inside}`
    ? ParseSink<Inside, Texts, undefined>
    : ParseType<S, Texts> extends [infer Type extends Written, infer Rest extends string]
      ? Rest extends `stream < ${infer Inside}`
        ? ParseStream<Inside, Texts, Type extends 'void' ? undefined : Type>
        : Rest extends `sink < ${infer Inside}`
          ? ParseSink<Inside, Texts, Type extends 'void' ? undefined : Type>
          : [Type, Rest]
      : undefined;

type ParseStream<S extends string, Texts extends readonly string[], First extends Written | undefined> =
  ParseStreamed<S, Texts> extends [infer Element extends Written, `> ${infer Rest}`]
    ? [{ sends: undefined; receives: Element; first: First; final: undefined }, Rest]
    : undefined;

type ParseSink<S extends string, Texts extends readonly string[], First extends Written | undefined> =
  ParseStreamed<S, Texts> extends [infer Element extends Written, infer Next extends string]
    ? ParseStreamed<Next, Texts> extends [infer Final extends Written, `> ${infer Rest}`]
      ? [{ sends: Element; receives: undefined; first: First; final: Final }, Rest]
      : undefined
    : undefined;

/** A type between the brackets of a stream, with what is thrown there. */
type ParseStreamed<S extends string, Texts extends readonly string[]> =
  ParseType<S, Texts> extends [infer Type extends Written, infer Rest extends string]
    ? [Type, AfterThrows<Rest, Texts>]
    : undefined;

/** Kitex tells a stream by an annotation. */
type ParseMethodEnd<
  S extends string,
  Texts extends readonly string[],
  Methods extends readonly Method[],
> = S extends `( ${infer Annotations}) ${infer Rest}`
  ? Annotations extends `${string}streaming.mode = "${infer Index extends number} ${string}`
    ? Methods extends readonly [...infer Before extends readonly Method[], infer Last extends Method]
      ? WithMode<Last, Texts[Index]> extends infer Found extends Method
        ? ParseMethods<Rest, Texts, [...Before, Found]>
        : 'streaming.mode'
      : never
    : ParseMethods<Rest, Texts, Methods>
  : ParseMethods<S, Texts, Methods>;

/** The parameter, or the result, is what is streamed; undefined where there is none that could be. */
type WithMode<M extends Method, Mode> = Mode extends 'unary'
  ? M
  : M[1] extends Streams
    ? M
    : M[1] extends 'void'
      ? undefined
      : Mode extends 'server'
        ? readonly [M[0], { sends: undefined; receives: M[1]; first: undefined; final: undefined }, M[2]]
        : M[2] extends readonly [infer Only extends Field]
          ? Mode extends 'client'
            ? readonly [M[0], { sends: Only[2]; receives: undefined; first: undefined; final: M[1] }, []]
            : Mode extends 'bidirectional'
              ? readonly [M[0], { sends: Only[2]; receives: M[1]; first: undefined; final: undefined }, []]
              : undefined
          : undefined;
