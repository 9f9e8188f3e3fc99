/**
 * What generated declarations are written in: `import type * as $ from 'livethrift/types'`. No Thrift name has a
 * `$`, so nothing that a file defines can hide them.
 */
export type { TypeDescriptor } from './schema/descriptor.ts';
export type { StructClass } from './values/classes.ts';
export type { Service } from './values/service.ts';

type List<T> = T[];
type ListInput<T> = readonly T[];
type SetOf<T> = Set<T>;
type SetInput<T> = ReadonlySet<T> | readonly T[];
type MapOf<K, V> = Map<K, V>;
type MapInput<K, V> = ReadonlyMap<K, V>;
/** A map with string keys, as the option `maps: 'object'` decodes it. */
type Dictionary<V> = { [key: string]: V };
/** What is taken for a map with string keys. */
type DictionaryInput<V> = ReadonlyMap<string, V> | { readonly [key: string]: V };
type Binary = Uint8Array;
type I64Input = bigint | number;
type Exception = Error;
type OmitFrom<T, Names extends keyof T> = Omit<T, Names>;
type Stream<T> = AsyncIterable<T>;
type StreamInput<T> = AsyncIterable<T> | Iterable<T>;
type PromiseOf<T> = Promise<T>;
/** A constant that is no literal. */
type ReadonlyOf<T> =
  T extends Set<infer Member>
    ? ReadonlySet<Member>
    : T extends Map<infer Key, infer Value>
      ? ReadonlyMap<Key, Value>
      : Readonly<T>;

export type {
  Binary,
  Dictionary,
  DictionaryInput,
  Exception,
  I64Input,
  List,
  ListInput,
  MapInput,
  MapOf as Map,
  OmitFrom as Omit,
  PromiseOf as Promise,
  ReadonlyOf as Readonly,
  SetInput,
  SetOf as Set,
  Stream,
  StreamInput,
};
