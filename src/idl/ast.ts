/**
 * The syntax tree of one `.thrift` file: what was written, in order, with where it stands. Nothing is
 * resolved here; that is the linker's work (`src/schema`).
 */

/** UTF-16 offsets into the source text, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Name extends Span {
  readonly text: string;
}

export interface Document extends Span {
  readonly kind: 'document';
  /** The first doc comment of a file that begins with headers. */
  readonly doc?: string;
  readonly headers: readonly Header[];
  readonly definitions: readonly Definition[];
  /** The parts of the text that could not be read: a name that is missing from the tree may stand there. */
  readonly lost: readonly Span[];
}

// ── headers ────────────────────────────────────────────────────────────────────────────────────────

export type Header = Include | CppInclude | Namespace | Package;

export interface Include extends Span {
  readonly kind: 'include';
  /** As written between the quotes. */
  readonly path: Name;
  /** fbthrift: `include "x.thrift" as y`. */
  readonly alias?: Name;
}

export interface CppInclude extends Span {
  readonly kind: 'cppInclude';
  readonly path: Name;
}

export interface Namespace extends Span {
  readonly kind: 'namespace';
  /** A generator's word (`py`, `java.swift`) or `*`. */
  readonly scope: Name;
  readonly name: Name;
  readonly annotations: readonly Annotation[];
}

/** fbthrift: `package "meta.com/search"`. */
export interface Package extends Span {
  readonly kind: 'package';
  readonly name: Name;
  readonly annotations: readonly Annotation[];
}

// ── definitions ────────────────────────────────────────────────────────────────────────────────────

export type Definition = Const | Typedef | Enum | Struct | Service;

interface DefinitionBase extends Span {
  readonly name: Name;
  readonly doc?: string;
  readonly annotations: readonly Annotation[];
}

export interface Const extends DefinitionBase {
  readonly kind: 'const';
  readonly type: Type;
  readonly value: Value;
}

export interface Typedef extends DefinitionBase {
  readonly kind: 'typedef';
  readonly type: Type;
}

export interface Enum extends DefinitionBase {
  readonly kind: 'enum';
  readonly members: readonly EnumMember[];
}

export interface EnumMember extends DefinitionBase {
  readonly kind: 'enumMember';
  readonly value?: IntegerValue;
}

export interface Struct extends DefinitionBase {
  readonly kind: 'struct' | 'union' | 'exception';
  /** `xsd_all` after a struct's name, and fbthrift's words before `exception` (`safe`, `transient`, `client` ...). */
  readonly qualifiers: readonly Name[];
  readonly fields: readonly Field[];
}

export interface Service extends DefinitionBase {
  readonly kind: 'service' | 'interaction';
  readonly extends?: Name;
  readonly functions: readonly Function[];
  /** fbthrift: `performs Calculation;`. */
  readonly performs: readonly Name[];
}

export interface Field extends DefinitionBase {
  readonly kind: 'field';
  /** Absent: the id is implicit. */
  readonly id?: IntegerValue;
  readonly requiredness?: 'required' | 'optional';
  readonly type: Type;
  /** `&` after the type. */
  readonly reference: boolean;
  readonly defaultValue?: Value;
  /** `xsd_optional`, `xsd_nillable`. */
  readonly qualifiers: readonly Name[];
  /** `xsd_attrs { ... }`. */
  readonly xsdAttributes?: readonly Field[];
}

export interface Function extends DefinitionBase {
  readonly kind: 'function';
  readonly oneway: boolean;
  /** fbthrift: `readonly`, `idempotent`; and the deprecated `async` where it stood for oneway. */
  readonly qualifiers: readonly Name[];
  readonly returns: Returns;
  readonly parameters: readonly Field[];
  readonly throws: readonly Field[];
}

/**
 * `void`, a type, or fbthrift's forms: `stream<T>`, `R, stream<T>`, `sink<T, R>`, `R, sink<T, S>`. `first` is
 * absent for void and for a bare stream or sink; before a stream or sink it may also name an interaction.
 */
export interface Returns extends Span {
  /** fbthrift: the interaction that the call begins, written before `void` or before another type. */
  readonly interaction?: Type;
  readonly first?: Type;
  readonly stream?: StreamReturn;
}

export interface StreamReturn extends Span {
  readonly kind: 'stream' | 'sink';
  readonly element: Type;
  readonly elementThrows: readonly Field[];
  /** The final response of a sink. */
  readonly final?: Type;
  readonly finalThrows: readonly Field[];
}

// ── types ──────────────────────────────────────────────────────────────────────────────────────────

export type BaseTypeName =
  | 'bool'
  | 'byte'
  | 'i8'
  | 'i16'
  | 'i32'
  | 'i64'
  | 'float'
  | 'double'
  | 'string'
  | 'binary'
  | 'uuid';

export type Type = BaseType | NamedType | ListType | SetType | MapType;

interface TypeBase extends Span {
  readonly annotations: readonly Annotation[];
}

export interface BaseType extends TypeBase {
  readonly kind: 'base';
  readonly name: BaseTypeName;
}

export interface NamedType extends TypeBase {
  readonly kind: 'named';
  /** Dotted as written: `User`, `shared.User`. */
  readonly name: Name;
}

export interface ListType extends TypeBase {
  readonly kind: 'list';
  readonly element: Type;
  readonly cppType?: Name;
}

export interface SetType extends TypeBase {
  readonly kind: 'set';
  readonly element: Type;
  readonly cppType?: Name;
}

export interface MapType extends TypeBase {
  readonly kind: 'map';
  readonly key: Type;
  readonly value: Type;
  readonly cppType?: Name;
}

// ── values ─────────────────────────────────────────────────────────────────────────────────────────

export type Value =
  | IntegerValue
  | DoubleValue
  | BooleanValue
  | StringValue
  | ReferenceValue
  | ListValue
  | MapValue
  | StructValue;

export interface IntegerValue extends Span {
  readonly kind: 'integer';
  readonly value: bigint;
}

export interface DoubleValue extends Span {
  readonly kind: 'double';
  readonly value: number;
}

export interface BooleanValue extends Span {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface StringValue extends Span {
  readonly kind: 'string';
  /** Escapes resolved. */
  readonly value: string;
}

/** The name of a constant or of an enum member: `LIMIT`, `Color.RED`, `shared.Color.RED`. */
export interface ReferenceValue extends Span {
  readonly kind: 'reference';
  readonly name: string;
}

export interface ListValue extends Span {
  readonly kind: 'list';
  readonly elements: readonly Value[];
}

export interface MapValue extends Span {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: Value;
  readonly value: Value;
}

/** fbthrift: `Name{field = value}`. */
export interface StructValue extends Span {
  readonly kind: 'struct';
  readonly name: Name;
  readonly fields: readonly StructValueField[];
}

export interface StructValueField {
  readonly name: Name;
  readonly value: Value;
}

// ── annotations ────────────────────────────────────────────────────────────────────────────────────

/** `(key = "value")`, `(key)`, or fbthrift's structured `@Name{...}` before a definition. */
export interface Annotation extends Span {
  readonly name: Name;
  /** Absent where nothing was written: it then counts as `"1"`, as in Apache's compiler. */
  readonly value?: Value;
  readonly structured: boolean;
}
