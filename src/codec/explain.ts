import { ValueError, type ValueErrorCode } from '../errors/value-error.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { wireType } from '../protocol/types.ts';
import {
  type FieldDescriptor,
  isRecord,
  type ListDescriptor,
  type MapDescriptor,
  type ResolvedType,
  resolve,
  type SetDescriptor,
  type StructDescriptor,
  type TypeDescriptor,
} from '../schema/descriptor.ts';
import { suggest } from '../schema/suggest.ts';
import { classOf, defaultOf, unknownField, unknownFieldError, unknownKey } from '../values/classes.ts';
import { hasDuplicates } from '../values/equality.ts';
import { depthIn, readField } from '../values/fields.ts';
import {
  keyText,
  memberCount,
  missing,
  mistyped,
  show,
  tooDeep,
  twoEqual,
  unsetElement,
} from '../values/refusals.ts';
import { isUuid } from '../wire/uuid.ts';
import { isFloat, isNoRecord, isPlainMap } from './checks.ts';
import { planOf, type RecordPlan } from './plan.ts';

/**
 * Encoders only find that a value is wrong. This walks it again, by the same rules, to say what is wrong and
 * where. A property test holds the two to the same verdict.
 */
export function explainValue(
  type: TypeDescriptor,
  value: unknown,
  maxDepth: number,
  protocol: Protocol,
): ValueError {
  return explain(() => new Walk(maxDepth, protocol).value(type, value, String(type), 0), String(type));
}

/** The same for a method's arguments or its result, whose values stand in an array. */
export function explainTuple(
  of: string,
  what: 'argument' | 'result',
  fields: readonly FieldDescriptor[],
  values: readonly unknown[],
  maxDepth: number,
  protocol: Protocol,
): ValueError {
  return explain(() => {
    const walk = new Walk(maxDepth, protocol);
    for (const [index, field] of fields.entries()) {
      const value = values[index];
      const root = what === 'argument' ? `${of}.${field.name}` : `${of} returned`;
      if (value === undefined || value === null) {
        const isDefault = value === undefined && field.defaultValue !== undefined;
        if (field.requiredness === 'required' && !isDefault) throw missing(root, field);
        continue;
      }
      const type = resolve(field.type);
      // The path of a struct begins with its own name; which argument it is in is said behind.
      if (isRecord(type))
        walk.note = what === 'argument' ? ` (argument "${field.name}" of ${of})` : ` (result of ${of})`;
      walk.value(type, value, isRecord(type) ? String(type) : root, depthIn(type, 0));
      walk.note = '';
    }
  }, of);
}

/**
 * Throws what `explainValue` would give, of a value that no encoder has seen: what becomes JSON by field names has
 * a form for every type.
 */
export function checkValue(
  type: TypeDescriptor,
  value: unknown,
  maxDepth: number,
  path: string = String(type),
): void {
  new Walk(maxDepth, anyForm).value(type, value, path, 0);
}

function explain(walk: () => void, path: string): ValueError {
  try {
    walk();
  } catch (error) {
    if (error instanceof ValueError) return error;
    throw error;
  }
  return new ValueError(
    'changed-while-read',
    path,
    'the value changed while it was read, or a getter of it does',
  );
}

/** What a value is written in, as far as that decides which types there are. */
type Form = Pick<Protocol, 'holds' | 'typesEmptyMaps'> & { readonly name: string };

const anyForm: Form = { name: 'JSON', holds: () => true, typesEmptyMaps: false };

class Walk {
  readonly #maxDepth: number;
  readonly #protocol: Form;
  /** Said behind every message. */
  note = '';

  constructor(maxDepth: number, protocol: Form) {
    this.#maxDepth = maxDepth;
    this.#protocol = protocol;
  }

  value(declared: TypeDescriptor, value: unknown, path: string, depth: number): void {
    const type = resolve(declared);
    switch (type.kind) {
      case 'list':
      case 'set':
        return this.#elements(type, value, path, depth);
      case 'map':
        return this.#map(type, value, path, depth);
      case 'struct':
      case 'union':
      case 'exception':
        return this.#record(type, value, path, depth);
      default:
        return this.#leaf(type, value, path);
    }
  }

  #leaf(type: ResolvedType, value: unknown, path: string): void {
    switch (type.kind) {
      case 'bool':
        if (typeof value !== 'boolean') this.#mistyped(type, value, path);
        return;
      case 'i8':
        return this.#integer(type, value, path, -0x80, 0x7f);
      case 'i16':
        return this.#integer(type, value, path, -0x8000, 0x7fff);
      case 'i32':
        return this.#integer(type, value, path, -0x80000000, 0x7fffffff);
      case 'i64':
        return this.#i64(type, value, path);
      case 'float':
        if (typeof value === 'number' && !isFloat(value))
          this.#fail('out-of-range', path, `${value} does not fit a float`);
        if (typeof value !== 'number') this.#mistyped(type, value, path);
        return this.#float(path);
      case 'double':
        if (typeof value !== 'number') this.#mistyped(type, value, path);
        return;
      case 'string':
        if (typeof value !== 'string') this.#mistyped(type, value, path);
        else if (!value.isWellFormed()) {
          this.#fail(
            'invalid-text',
            path,
            `a lone surrogate has no UTF-8 form: ${show(value)}; use binary for bytes`,
          );
        }
        return;
      case 'binary':
        if (!(value instanceof Uint8Array)) this.#mistyped(type, value, path, 'a Uint8Array or Buffer');
        return;
      case 'uuid':
        if (typeof value !== 'string') this.#mistyped(type, value, path);
        else if (!isUuid(value)) {
          this.#fail(
            'invalid-text',
            path,
            `expected a uuid such as 123e4567-e89b-12d3-a456-426614174000, got ${show(value)}`,
          );
        }
        return;
      case 'enum': {
        if (typeof value !== 'string') return this.#integer(type, value, path, -0x80000000, 0x7fffffff);
        if (type.byName.has(value)) return;
        const near = suggest(value, type.byName.keys());
        const names =
          near === undefined
            ? `it has ${[...type.byName.keys()].join(', ') || 'none'}`
            : `did you mean "${near}"?`;
        return this.#fail('out-of-range', path, `enum ${type} has no member ${show(value)}; ${names}`);
      }
    }
  }

  #integer(type: ResolvedType, value: unknown, path: string, least: number, most: number): void {
    if (typeof value !== 'number') this.#mistyped(type, value, path);
    else if (!Number.isInteger(value))
      this.#fail('wrong-type', path, `expected ${type}, got ${show(value)}, which is no integer`);
    else if (value < least || value > most) {
      this.#fail('out-of-range', path, `expected ${type} (${least} to ${most}), got ${show(value)}`);
    }
  }

  /** What fbthrift alone has, not every protocol can carry. */
  #float(path: string): void {
    const { name, holds } = this.#protocol;
    if (!holds(wireType.float))
      this.#fail('wrong-type', path, `the ${name} protocol has no float; use double`);
  }

  #i64(type: ResolvedType, value: unknown, path: string): void {
    if (typeof value === 'bigint') {
      if (BigInt.asIntN(64, value) !== value)
        this.#fail('out-of-range', path, `expected i64 (-2^63 to 2^63-1), got ${show(value)}`);
    } else if (typeof value !== 'number') this.#mistyped(type, value, path, 'a bigint or a safe integer');
    else if (!Number.isInteger(value))
      this.#fail('wrong-type', path, `expected i64, got ${show(value)}, which is no integer`);
    else if (!Number.isSafeInteger(value)) {
      this.#fail(
        'out-of-range',
        path,
        `expected i64, got ${show(value)}: beyond 2^53-1 a number may have been rounded; give a bigint`,
      );
    }
  }

  #elements(type: ListDescriptor | SetDescriptor, value: unknown, path: string, depth: number): void {
    this.#descend(path, depth);
    const isSet = type.kind === 'set';
    if (!Array.isArray(value) && !(isSet && value instanceof Set)) {
      return this.#mistyped(type, value, path, isSet ? 'a Set or an array' : 'an array');
    }
    // The head of an empty one names the type, too.
    if (resolve(type.element).kind === 'float') this.#float(path);
    // A list is read by index, as the encoders do, whatever its iterator would give.
    const elements = isSet ? [...(value as Iterable<unknown>)] : (value as readonly unknown[]);
    for (let i = 0; i < elements.length; i++)
      this.#element(type.element, elements[i], `${path}[${i}]`, depth);
    if (isSet && hasDuplicates(type.element, value as Set<unknown>)) {
      this.#fail('duplicate-element', path, twoEqual(type, 'elements'));
    }
  }

  #map(type: MapDescriptor, value: unknown, path: string, depth: number): void {
    this.#descend(path, depth);
    const takesObject = resolve(type.key).kind === 'string';
    if (!(value instanceof Map) && !(takesObject && isPlainMap(value))) {
      return this.#mistyped(type, value, path, takesObject ? 'a Map or a plain object' : 'a Map');
    }
    const entries = value instanceof Map ? [...value] : Object.entries(value as object);
    // As for lists; what is in one is looked at below.
    const isHeadAlone = entries.length === 0 && this.#protocol.typesEmptyMaps;
    if (isHeadAlone && [type.key, type.value].some(part => resolve(part).kind === 'float')) this.#float(path);
    for (const [key, member] of entries) {
      this.#element(type.key, key, `${path}.key(${keyText(key)})`, depth);
      this.#element(type.value, member, `${path}[${keyText(key)}]`, depth);
    }
    if (hasDuplicates(type.key, new Set(entries.map(([key]) => key)))) {
      this.#fail('duplicate-element', path, twoEqual(type, 'keys'));
    }
  }

  #element(type: TypeDescriptor, value: unknown, path: string, depth: number): void {
    if (value === null || value === undefined) {
      this.#fail('null-element', path, unsetElement(type, value));
    }
    this.value(type, value, path, depth + 1);
  }

  #record(type: StructDescriptor, value: unknown, path: string, depth: number): void {
    this.#descend(path, depth);
    if (typeof value !== 'object' || value === null) return this.#mistyped(type, value, path);
    let keys = 0;
    for (const _ in value) keys++;
    const given = type.fields.filter(field => readField(type, value, field) !== undefined);
    if (isNoRecord(planOf(type) as RecordPlan, classOf(type), value, keys, given.length)) {
      const unknown = unknownKey(type, value);
      if (unknown === undefined || Array.isArray(value)) return this.#mistyped(type, value, path);
      throw unknownFieldError(type, path, unknown, this.note);
    }
    const set: FieldDescriptor[] = [];
    for (const field of type.fields) {
      let member = readField(type, value, field);
      // A default fits its type, but may nest too deep where it stands.
      if (member === undefined && type.kind !== 'union') member = defaultOf(field)?.();
      if (member !== undefined && member !== null) {
        set.push(field);
        this.value(field.type, member, `${path}.${field.name}`, depthIn(resolve(field.type), depth));
      } else if (field.requiredness === 'required') throw missing(`${path}.${field.name}`, field, this.note);
    }
    if (type.kind === 'union' && set.length !== 1) this.#unionMembers(type, value, path, set);
  }

  #unionMembers(type: StructDescriptor, value: object, path: string, set: readonly FieldDescriptor[]): void {
    const id = (value as { [unknownField]?: number })[unknownField];
    const why = id === undefined ? '' : `: it was read with a member newer than this schema (field id ${id})`;
    this.#fail('union-member', path, `${memberCount(type, set)}${why}`);
  }

  #descend(path: string, depth: number): void {
    if (depth > this.#maxDepth) {
      this.#fail('too-deep', path, tooDeep(this.#maxDepth));
    }
  }

  #mistyped(type: ResolvedType, value: unknown, path: string, form?: string): never {
    return this.#fail('wrong-type', path, mistyped(type, value, form));
  }

  #fail(code: ValueErrorCode, path: string, reason: string): never {
    throw new ValueError(code, path, `${reason}${this.note}`);
  }
}
