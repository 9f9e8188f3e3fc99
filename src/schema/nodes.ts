/**
 * The descriptors while they are being filled: declared first, so that everything can refer to everything,
 * then resolved, at last frozen. Outside of this folder they are only seen through `descriptor.ts`.
 */

import type {
  Annotations,
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

/** A descriptor's data before it is frozen. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Annotations of a thing that has none. */
export const noAnnotations: Annotations = Object.freeze(Object.create(null));

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

/** A base type without a choice of JavaScript form. */
export class ScalarNode extends TypeNode<ScalarDescriptor['kind']> implements ScalarDescriptor {
  constructor(kind: ScalarDescriptor['kind'], annotations: Annotations) {
    super(kind, annotations);
    Object.freeze(this);
  }
}

/** `i64`, as bigint or number. */
export class I64Node extends TypeNode<'i64'> implements I64Descriptor {
  readonly as: 'bigint' | 'number';

  constructor(as: 'bigint' | 'number', annotations: Annotations) {
    super('i64', annotations);
    this.as = as;
    Object.freeze(this);
  }
}

/** `string`. */
export class StringNode extends TypeNode<'string'> implements StringDescriptor {
  readonly utf8: 'strict' | 'replace';

  constructor(utf8: 'strict' | 'replace', annotations: Annotations) {
    super('string', annotations);
    this.utf8 = utf8;
    Object.freeze(this);
  }
}

/** `list<element>`. */
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

/** `set<element>`. */
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

/** `map<key, value>`. */
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

/** An enum; `linkEnum` fills it when it is declared, as it names nothing. */
export class EnumNode extends DefinitionNode<'enum'> implements EnumDescriptor {
  readonly members: EnumMember[] = [];
  readonly byName: SealedMap<string, EnumMember> = new SealedMap();
  readonly byValue: SealedMap<number, EnumMember> = new SealedMap();
}

/** A typedef, of the unknown type until it is linked. */
export class TypedefNode extends DefinitionNode<'typedef'> implements TypedefDescriptor {
  type: TypeDescriptor = unknownType;
}

/** A constant, of unknown type and value until they are linked. */
export class ConstNode extends DefinitionNode<'const'> implements ConstDescriptor {
  type: TypeDescriptor = unknownType;
  value: Literal = unknownLiteral;
}

/** A struct, union or exception, without fields until they are linked. */
export class StructNode extends DefinitionNode<'struct' | 'union' | 'exception'> implements StructDescriptor {
  readonly fields: FieldDescriptor[] = [];
  readonly byName: SealedMap<string, FieldDescriptor> = new SealedMap();
  readonly byId: SealedMap<number, FieldDescriptor> = new SealedMap();
}

/** A service or interaction, without methods until they are linked. */
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

/** What a type can name. */
export type TypeDefinitionNode = EnumNode | StructNode | TypedefNode;

// ── parts ──────────────────────────────────────────────────────────────────────────────────────────

/** A field before its annotations and default are evaluated. */
export type FieldNode = Mutable<FieldDescriptor>;
/** An enum's member before its annotations are evaluated. */
export type EnumMemberNode = Mutable<EnumMember>;

/** A method. */
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
