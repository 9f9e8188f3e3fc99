import type { Annotation, BaseTypeName, Span, Type } from '../idl/ast.ts';
import { plainAnnotations } from './annotations.ts';
import type { Annotations, TypeDescriptor } from './descriptor.ts';
import { resolve } from './descriptor.ts';
import {
  I64Node,
  ListNode,
  MapNode,
  noAnnotations,
  ScalarNode,
  ServiceNode,
  SetNode,
  StringNode,
  unknownType,
} from './nodes.ts';
import type { Report } from './report.ts';
import type { Scope } from './scope.ts';

/** How values of a schema look to its user, where there is a choice. */
export interface ValueOptions {
  readonly int64: 'bigint' | 'number';
  readonly maps: 'map' | 'object';
  readonly utf8: 'strict' | 'replace';
}

/**
 * The types that have no name. Equal ones without annotations are one object within a link, so that what is
 * compiled for a type is compiled once.
 */
export class Types {
  readonly #options: ValueOptions;
  readonly #bases = new Map<string, TypeDescriptor>();
  readonly #lists = new Map<TypeDescriptor, ListNode>();
  readonly #sets = new Map<TypeDescriptor, SetNode>();
  readonly #maps = new Map<TypeDescriptor, Map<TypeDescriptor, MapNode>>();

  constructor(options: ValueOptions) {
    this.#options = options;
  }

  base(name: BaseTypeName, annotations: Annotations = noAnnotations): TypeDescriptor {
    const make = (): TypeDescriptor => {
      if (name === 'i64') return new I64Node(this.#options.int64, annotations);
      if (name === 'string') return new StringNode(this.#options.utf8, annotations);
      return new ScalarNode(name === 'byte' ? 'i8' : name, annotations);
    };
    return annotations === noAnnotations ? memoized(this.#bases, name, make) : make();
  }

  i64(as: 'bigint' | 'number', annotations: Annotations): TypeDescriptor {
    const make = () => new I64Node(as, annotations);
    return annotations === noAnnotations ? memoized(this.#bases, `i64 ${as}`, make) : make();
  }

  list(element: TypeDescriptor, annotations: Annotations): TypeDescriptor {
    const make = () => new ListNode(element, annotations);
    return annotations === noAnnotations ? memoized(this.#lists, element, make) : make();
  }

  set(element: TypeDescriptor, annotations: Annotations): TypeDescriptor {
    const make = () => new SetNode(element, annotations);
    return annotations === noAnnotations ? memoized(this.#sets, element, make) : make();
  }

  map(key: TypeDescriptor, value: TypeDescriptor, annotations: Annotations): TypeDescriptor {
    const as = resolve(key).kind === 'string' ? this.#options.maps : 'map';
    const make = () => new MapNode(key, value, as, annotations);
    if (annotations !== noAnnotations) return make();
    return memoized(
      memoized(this.#maps, key, () => new Map()),
      value,
      make,
    );
  }
}

function memoized<K, V>(memory: Map<K, V>, key: K, make: () => V): V {
  let value = memory.get(key);
  if (value === undefined) memory.set(key, (value = make()));
  return value;
}

/** The descriptor of a written type; typedefs it names must be linked before. The parser bounds its nesting. */
export function linkType(type: Type, scope: Scope, types: Types, report: Report): TypeDescriptor {
  const link = (part: Type): TypeDescriptor => linkType(part, scope, types, report);
  const annotations = plainAnnotations(type.annotations);
  switch (type.kind) {
    case 'base':
      return applyJsType(types.base(type.name, annotations), type.annotations, types, report);
    case 'list':
      return types.list(link(type.element), annotations);
    case 'set':
      return types.set(link(type.element), annotations);
    case 'map':
      return types.map(link(type.key), link(type.value), annotations);
    case 'named': {
      const named = linkName(type.name.text, type.name, scope, report);
      return applyJsType(named, type.annotations, types, report);
    }
  }
}

function linkName(name: string, span: Span, scope: Scope, report: Report): TypeDescriptor {
  const found = scope.findType(name, span, report, 'unknown-type', 'type');
  if (found === undefined) return unknownType;
  if (found instanceof ServiceNode) {
    const article = found.kind === 'service' ? 'a service' : 'an interaction';
    report.error(span, 'not-a-type', `"${name}" is ${article}, not a type`);
    return unknownType;
  }
  return found;
}

/** `(js.type = "number")` on an i64, on a typedef of one, or on a field of that type. */
export function applyJsType(
  type: TypeDescriptor,
  annotations: readonly Annotation[],
  types: Types,
  report: Report,
): TypeDescriptor {
  const written = annotations.findLast(({ name, structured }) => name.text === 'js.type' && !structured);
  if (written === undefined) return type;
  const as = written.value?.kind === 'string' ? written.value.value : '';
  const target = resolve(type);
  if (as !== 'number' && as !== 'bigint') {
    report.warn(written, 'js-type', `js.type is "number" or "bigint", not "${as}"`);
  } else if (target.kind === 'i64') {
    return target.as === as ? type : types.i64(as, target.annotations);
  } else if (target !== unknownType) {
    report.warn(written, 'js-type', `js.type is for i64, not for ${type}`);
  }
  return type;
}

/** The names that a written type mentions, at any depth. */
export function* namesIn(type: Type): Generator<string> {
  switch (type.kind) {
    case 'named':
      yield type.name.text;
      return;
    case 'list':
    case 'set':
      yield* namesIn(type.element);
      return;
    case 'map':
      yield* namesIn(type.key);
      yield* namesIn(type.value);
  }
}
