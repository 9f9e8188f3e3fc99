/**
 * The descriptors while they are being filled: declared first, so that everything can refer to everything,
 * then resolved, at last frozen. Outside of this folder they are only seen through `descriptor.ts`.
 */

import type {
  Annotations,
  AnnotationValue,
  ConstDescriptor,
  EnumDescriptor,
  EnumMember,
  FieldDescriptor,
  I64Descriptor,
  ListDescriptor,
  Literal,
  MapDescriptor,
  MethodDescriptor,
  Position,
  ScalarDescriptor,
  ServiceDescriptor,
  SetDescriptor,
  StreamingDescriptor,
  StringDescriptor,
  StructDescriptor,
  TypeDescriptor,
  TypedefDescriptor,
} from './descriptor.ts';
import { SealedMap } from './sealed-map.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Annotations of a thing that has none. */
export const noAnnotations: Annotations = Object.freeze(Object.create(null));

/** Annotations while they are collected. */
export type AnnotationLists = Record<string, AnnotationValue[]>;

// ── types ──────────────────────────────────────────────────────────────────────────────────────────

abstract class TypeNode<Kind extends string> {
  readonly kind: Kind;
  readonly annotations: Annotations;

  constructor(kind: Kind, annotations: Annotations) {
    this.kind = kind;
    this.annotations = annotations;
  }

  toString(): string {
    return this.kind;
  }
}

export class ScalarNode extends TypeNode<ScalarDescriptor['kind']> implements ScalarDescriptor {
  constructor(kind: ScalarDescriptor['kind'], annotations: Annotations) {
    super(kind, annotations);
    Object.freeze(this);
  }
}

export class I64Node extends TypeNode<'i64'> implements I64Descriptor {
  readonly as: 'bigint' | 'number';

  constructor(as: 'bigint' | 'number', annotations: Annotations) {
    super('i64', annotations);
    this.as = as;
    Object.freeze(this);
  }
}

export class StringNode extends TypeNode<'string'> implements StringDescriptor {
  readonly utf8: 'strict' | 'replace';

  constructor(utf8: 'strict' | 'replace', annotations: Annotations) {
    super('string', annotations);
    this.utf8 = utf8;
    Object.freeze(this);
  }
}

export class ListNode extends TypeNode<'list'> implements ListDescriptor {
  readonly element: TypeDescriptor;

  constructor(element: TypeDescriptor, annotations: Annotations) {
    super('list', annotations);
    this.element = element;
    Object.freeze(this);
  }

  override toString(): string {
    return `list<${this.element}>`;
  }
}

export class SetNode extends TypeNode<'set'> implements SetDescriptor {
  readonly element: TypeDescriptor;

  constructor(element: TypeDescriptor, annotations: Annotations) {
    super('set', annotations);
    this.element = element;
    Object.freeze(this);
  }

  override toString(): string {
    return `set<${this.element}>`;
  }
}

export class MapNode extends TypeNode<'map'> implements MapDescriptor {
  readonly key: TypeDescriptor;
  readonly value: TypeDescriptor;
  readonly as: 'map' | 'object';

  constructor(key: TypeDescriptor, value: TypeDescriptor, as: 'map' | 'object', annotations: Annotations) {
    super('map', annotations);
    this.key = key;
    this.value = value;
    this.as = as;
    Object.freeze(this);
  }

  override toString(): string {
    return `map<${this.key}, ${this.value}>`;
  }
}

/** Stands where a type could not be resolved, which has been reported; nothing further is said about it. */
export const unknownType: TypeDescriptor = new ScalarNode('bool', noAnnotations);

/** Stands where a constant could not be evaluated, likewise. */
export const unknownLiteral: Literal = Object.freeze({ kind: 'bool', value: false });

// ── definitions ────────────────────────────────────────────────────────────────────────────────────

/** What is known of a definition when it is declared. */
export interface Heading {
  readonly name: string;
  /** The name with the prefix that the root file would use. */
  readonly label: string;
  readonly doc: string | undefined;
  readonly position: Position;
}

abstract class DefinitionNode<Kind extends string> {
  readonly kind: Kind;
  readonly name: string;
  declare doc?: string;
  annotations: Annotations = noAnnotations;
  readonly position: Position;
  readonly #label: string;

  constructor(kind: Kind, heading: Heading) {
    this.kind = kind;
    this.name = heading.name;
    if (heading.doc !== undefined) this.doc = heading.doc;
    this.position = heading.position;
    this.#label = heading.label;
  }

  toString(): string {
    return this.#label;
  }
}

export class EnumNode extends DefinitionNode<'enum'> implements EnumDescriptor {
  readonly members: EnumMember[] = [];
  readonly byName: SealedMap<string, EnumMember> = new SealedMap();
  readonly byValue: SealedMap<number, EnumMember> = new SealedMap();
}

export class TypedefNode extends DefinitionNode<'typedef'> implements TypedefDescriptor {
  type: TypeDescriptor = unknownType;
}

export class ConstNode extends DefinitionNode<'const'> implements ConstDescriptor {
  type: TypeDescriptor = unknownType;
  value: Literal = unknownLiteral;
}

export class StructNode extends DefinitionNode<'struct' | 'union' | 'exception'> implements StructDescriptor {
  readonly fields: FieldDescriptor[] = [];
  readonly byName: SealedMap<string, FieldDescriptor> = new SealedMap();
  readonly byId: SealedMap<number, FieldDescriptor> = new SealedMap();
}

export class ServiceNode extends DefinitionNode<'service' | 'interaction'> implements ServiceDescriptor {
  declare extends?: ServiceNode;
  readonly ownMethods: MethodDescriptor[] = [];
  readonly performs: ServiceDescriptor[] = [];
  #methods: ReadonlyMap<string, MethodDescriptor> | undefined;

  /** Made when first asked for: a chain of n services would otherwise hold n² entries. */
  get methods(): ReadonlyMap<string, MethodDescriptor> {
    if (this.#methods !== undefined) return this.#methods;
    const line: ServiceNode[] = [];
    for (let service: ServiceNode | undefined = this; service !== undefined; service = service.extends) {
      line.push(service);
    }
    const methods = new SealedMap<string, MethodDescriptor>();
    for (const service of line.reverse()) {
      for (const method of service.ownMethods) methods.set(method.name, method);
    }
    this.#methods = methods.seal();
    return this.#methods;
  }
}

export type TypeDefinitionNode = EnumNode | StructNode | TypedefNode;

// ── parts ──────────────────────────────────────────────────────────────────────────────────────────

export type FieldNode = Mutable<FieldDescriptor>;
export type EnumMemberNode = Mutable<EnumMember>;

export class MethodNode implements MethodDescriptor {
  readonly kind = 'method';
  readonly name: string;
  readonly service: string;
  oneway = false;
  declare doc?: string;
  annotations: Annotations = noAnnotations;
  readonly position: Position;
  parameters: readonly FieldDescriptor[] = [];
  declare returns?: TypeDescriptor;
  throws: readonly FieldDescriptor[] = [];
  declare streaming?: StreamingDescriptor;
  qualifiers: readonly string[] = [];

  constructor(name: string, service: string, doc: string | undefined, position: Position) {
    this.name = name;
    this.service = service;
    if (doc !== undefined) this.doc = doc;
    this.position = position;
  }

  toString(): string {
    return `${this.service}.${this.name}`;
  }
}
