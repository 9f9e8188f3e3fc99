/**
 * Descriptors: what a set of `.thrift` files means, resolved and checked. Pure frozen data with a `kind`;
 * the one truth that classes, codecs, static types, docs, clients and servers are derived from.
 */

/** Where a thing was written. Line and column count from 1, the column in UTF-16 units. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An annotation's values in the order written; `(key)` alone counts as `"1"`, `@Name{...}` as its fields. */
export type Annotations = Readonly<Record<string, readonly AnnotationValue[]>>;
export type AnnotationValue = string | Literal;

/** What every written thing carries. */
export interface Documented {
  /** The doc comment's text, cleaned of its stars and indentation. */
  readonly doc?: string;
  /** Null prototype; keys such as `js.type`; a structured annotation's key begins with `@`. */
  readonly annotations: Annotations;
  readonly position: Position;
}

// ── types ──────────────────────────────────────────────────────────────────────────────────────────

/** Every type prints itself as IDL: `String(type)` is `map<i32, list<shared.User>>`. */
export type TypeDescriptor =
  | BaseDescriptor
  | ListDescriptor
  | SetDescriptor
  | MapDescriptor
  | EnumDescriptor
  | StructDescriptor
  | TypedefDescriptor;

/** A type with every typedef looked through. */
export type ResolvedType = Exclude<TypeDescriptor, TypedefDescriptor>;

export type BaseDescriptor = ScalarDescriptor | I64Descriptor | StringDescriptor;

/** Base types whose JavaScript form is always the same. `float` is fbthrift's: 4 bytes under a type id of its own. */
export interface ScalarDescriptor {
  readonly kind: 'bool' | 'i8' | 'i16' | 'i32' | 'float' | 'double' | 'binary' | 'uuid';
  readonly annotations: Annotations;
  toString(): string;
}

export interface I64Descriptor {
  readonly kind: 'i64';
  /** What decoding gives: the loader's option `int64`, or `(js.type = "number")` here. */
  readonly as: 'bigint' | 'number';
  readonly annotations: Annotations;
  toString(): string;
}

export interface StringDescriptor {
  readonly kind: 'string';
  /** What decoding does with invalid UTF-8: refuse the message, or put U+FFFD in its place. */
  readonly utf8: 'strict' | 'replace';
  readonly annotations: Annotations;
  toString(): string;
}

export interface ListDescriptor {
  readonly kind: 'list';
  readonly element: TypeDescriptor;
  readonly annotations: Annotations;
  toString(): string;
}

export interface SetDescriptor {
  readonly kind: 'set';
  readonly element: TypeDescriptor;
  readonly annotations: Annotations;
  toString(): string;
}

export interface MapDescriptor {
  readonly kind: 'map';
  readonly key: TypeDescriptor;
  readonly value: TypeDescriptor;
  /** What decoding gives: `object` only where the key is a string and the loader's option `maps` asks for it. */
  readonly as: 'map' | 'object';
  readonly annotations: Annotations;
  toString(): string;
}

// ── definitions ────────────────────────────────────────────────────────────────────────────────────

export type Definition =
  | EnumDescriptor
  | StructDescriptor
  | TypedefDescriptor
  | ConstDescriptor
  | ServiceDescriptor;

/** What every definition carries. Its `toString()` is its name as the root file would write it. */
export interface Named extends Documented {
  readonly name: string;
  toString(): string;
}

export interface EnumDescriptor extends Named {
  readonly kind: 'enum';
  readonly members: readonly EnumMember[];
  /** By name. */
  readonly byName: ReadonlyMap<string, EnumMember>;
  /** By number; the first name of a repeated number wins. */
  readonly byValue: ReadonlyMap<number, EnumMember>;
}

export interface EnumMember extends Documented {
  readonly name: string;
  readonly value: number;
}

export interface TypedefDescriptor extends Named {
  readonly kind: 'typedef';
  readonly type: TypeDescriptor;
}

export interface ConstDescriptor extends Named {
  readonly kind: 'const';
  readonly type: TypeDescriptor;
  readonly value: Literal;
}

/** Struct, union and exception: one shape on the wire, three meanings. */
export interface StructDescriptor extends Named {
  readonly kind: 'struct' | 'union' | 'exception';
  /** In declaration order. */
  readonly fields: readonly FieldDescriptor[];
  readonly byName: ReadonlyMap<string, FieldDescriptor>;
  readonly byId: ReadonlyMap<number, FieldDescriptor>;
}

export interface FieldDescriptor extends Documented {
  readonly id: number;
  readonly name: string;
  readonly type: TypeDescriptor;
  /** `default` is Thrift's word for neither `required` nor `optional`; a union's fields are all optional. */
  readonly requiredness: 'required' | 'optional' | 'default';
  readonly defaultValue?: Literal;
}

export interface ServiceDescriptor extends Named {
  readonly kind: 'service' | 'interaction';
  readonly extends?: ServiceDescriptor;
  /** The service's own methods, in declaration order. */
  readonly ownMethods: readonly MethodDescriptor[];
  /** Own and inherited, an ancestor's first, by name. */
  readonly methods: ReadonlyMap<string, MethodDescriptor>;
  /** fbthrift: the interactions a client may open. */
  readonly performs: readonly ServiceDescriptor[];
}

export interface MethodDescriptor extends Documented {
  readonly kind: 'method';
  readonly name: string;
  /** The service that declares it. */
  readonly service: string;
  readonly oneway: boolean;
  readonly parameters: readonly FieldDescriptor[];
  /** Absent: void. */
  readonly returns?: TypeDescriptor;
  readonly throws: readonly FieldDescriptor[];
  /** Absent: a unary call. */
  readonly streaming?: StreamingDescriptor;
  /** fbthrift's words before the return type: `readonly`, `idempotent`. */
  readonly qualifiers: readonly string[];
  /** `PingPong.login` */
  toString(): string;
}

/** One descriptor for both spellings, `(streaming.mode = "...")` and `stream<T>` / `sink<T, R>`. */
export interface StreamingDescriptor {
  readonly client: boolean;
  readonly server: boolean;
  /** What the client sends, message by message; absent when it sends only the parameters. */
  readonly sends?: TypeDescriptor;
  /** What the server sends, message by message; absent when it sends only a final response. */
  readonly receives?: TypeDescriptor;
  /** fbthrift: a response before the stream. */
  readonly first?: TypeDescriptor;
  /** The response that ends a client stream. */
  readonly final?: TypeDescriptor;
  readonly sendThrows: readonly FieldDescriptor[];
  readonly receiveThrows: readonly FieldDescriptor[];
}

// ── constants ──────────────────────────────────────────────────────────────────────────────────────

/**
 * A constant or default, evaluated and checked against its type: references are replaced by what they
 * name, numbers fit, an enum is its number. What a user holds is made from it afresh each time.
 */
export type Literal =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'i8' | 'i16' | 'i32' | 'float' | 'double'; readonly value: number }
  | { readonly kind: 'i64'; readonly value: bigint; readonly as: 'bigint' | 'number' }
  | { readonly kind: 'string' | 'uuid'; readonly value: string }
  | { readonly kind: 'binary'; readonly value: string }
  | { readonly kind: 'enum'; readonly type: EnumDescriptor; readonly value: number }
  | { readonly kind: 'list' | 'set'; readonly elements: readonly Literal[] }
  | {
      readonly kind: 'map';
      readonly as: 'map' | 'object';
      readonly entries: readonly (readonly [key: Literal, value: Literal])[];
    }
  | {
      readonly kind: 'struct';
      readonly type: StructDescriptor;
      readonly fields: ReadonlyMap<string, Literal>;
    };

// ── modules ────────────────────────────────────────────────────────────────────────────────────────

/** One linked file. */
export interface ModuleDescriptor {
  readonly kind: 'module';
  /** The file's base name without `.thrift`: the prefix by which an including file speaks of it. */
  readonly name: string;
  /** The path or name it was loaded from. */
  readonly file: string;
  readonly doc?: string;
  /** Of its `package` and `namespace` lines. */
  readonly annotations: Annotations;
  /** By scope, `*` among them; null prototype. */
  readonly namespaces: Readonly<Record<string, string>>;
  readonly package?: string;
  /** In the order written; several may share one prefix. */
  readonly includes: readonly IncludeDescriptor[];
  /** Every definition in the order written; a constant may share its name with a type. */
  readonly definitions: readonly Definition[];
  /** The file's text, as loaded. */
  readonly source: string;
}

export interface IncludeDescriptor {
  /** The prefix: the base name up to the last dot, or fbthrift's `as` name. */
  readonly name: string;
  /** As written between the quotes; several where the same file is included again by another way. */
  readonly paths: readonly string[];
  readonly module: ModuleDescriptor;
}

/** Looks through typedefs. */
export function resolve(type: TypeDescriptor): ResolvedType {
  let current = type;
  while (current.kind === 'typedef') current = current.type;
  return current;
}

/** True for what has fields: a struct, union or exception. */
export function isRecord(type: ResolvedType): type is StructDescriptor {
  return type.kind === 'struct' || type.kind === 'union' || type.kind === 'exception';
}

/**
 * Whether what the client streams is declared in the place of the one parameter, as in Kitex's spelling; in fbthrift's it
 * stands beside the parameters.
 */
export function streamsParameter({ streaming, returns }: MethodDescriptor): boolean {
  return streaming?.sends !== undefined && streaming.first === undefined && returns !== undefined;
}
