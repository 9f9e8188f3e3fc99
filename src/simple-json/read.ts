import { ValueError } from '../errors/value-error.ts';
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
import { defaultOf, unknownFieldError, unknownKey } from '../values/classes.ts';
import { hasDuplicates } from '../values/equality.ts';
import { depthIn, isPlain } from '../values/fields.ts';
import { exceptionOf, structOf, unionOf } from '../values/instances.ts';
import { isKeyText } from '../values/json-form.ts';
import { objectOf } from '../values/literals.ts';
import {
  keyText,
  memberCount,
  missing,
  mistyped,
  shorten,
  tooDeep,
  twoEqual,
  unsetElement,
} from '../values/refusals.ts';
import { readKey, readLeaf } from './leaves.ts';

/** Reads values from JSON as decoders do from bytes; a ValueError with its path for what does not fit. */
export class JsonReader {
  readonly #maxDepth: number;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** `depth` counts as it does in messages: structs, and containers in containers. */
  read(declared: TypeDescriptor, json: unknown, path: string, depth: number): unknown {
    const type = resolve(declared);
    if (isRecord(type)) return this.#record(type, json, path, depth);
    switch (type.kind) {
      case 'list':
        return this.#elements(type, json, path, depth);
      case 'set': {
        const elements = this.#elements(type, json, path, depth);
        if (hasDuplicates(type.element, elements))
          throw new ValueError('duplicate-element', path, twoEqual(type, 'elements'));
        return new Set(elements);
      }
      case 'map':
        return this.#map(type, json, path, depth);
      default:
        return readLeaf(type, json, path);
    }
  }

  #elements(type: ListDescriptor | SetDescriptor, json: unknown, path: string, depth: number): unknown[] {
    this.#descend(path, depth);
    if (!Array.isArray(json)) throw refusal(type, json, path, 'an array');
    return Array.from(json as unknown[], (element, index) =>
      this.#element(type.element, element, `${path}[${index}]`, depth),
    );
  }

  #map(type: MapDescriptor, json: unknown, path: string, depth: number): object {
    this.#descend(path, depth);
    const entries = isKeyText(type.key)
      ? this.#properties(type, json, path, depth)
      : this.#pairs(type, json, path, depth);
    // Two texts may mean one key: a member's name and its number, "1" and "1.0".
    const keys = entries.map(([key]) => key);
    if (hasDuplicates(type.key, keys))
      throw new ValueError('duplicate-element', path, twoEqual(type, 'keys'));
    return type.as === 'map'
      ? new Map(entries)
      : objectOf(entries as readonly (readonly [string, unknown])[]);
  }

  #properties(type: MapDescriptor, json: unknown, path: string, depth: number): [unknown, unknown][] {
    if (!isObject(json)) throw refusal(type, json, path, 'an object');
    const key = resolve(type.key);
    return Object.entries(json).map(([text, member]) => {
      const name = keyText(text);
      return [
        readKey(key, text, `${path}.key(${name})`),
        this.#element(type.value, member, `${path}[${name}]`, depth),
      ];
    });
  }

  #pairs(type: MapDescriptor, json: unknown, path: string, depth: number): [unknown, unknown][] {
    // All that a writer without pairs can say of such a map.
    if (isObject(json) && Object.keys(json).length === 0) return [];
    const form = 'an array of [key, value] pairs';
    if (!Array.isArray(json)) throw refusal(type, json, path, form);
    return Array.from(json as unknown[], (pair, index) => {
      const at = `${path}[${index}]`;
      if (!Array.isArray(pair) || pair.length !== 2) throw refusal(type, pair, at, form);
      return [
        this.#element(type.key, pair[0], `${at}[0]`, depth),
        this.#element(type.value, pair[1], `${at}[1]`, depth),
      ];
    });
  }

  #element(type: TypeDescriptor, json: unknown, path: string, depth: number): unknown {
    if (json === null || json === undefined)
      throw new ValueError('null-element', path, unsetElement(type, json));
    return this.read(type, json, path, depth + 1);
  }

  #record(type: StructDescriptor, json: unknown, path: string, depth: number): object {
    this.#descend(path, depth);
    if (!isObject(json)) throw refusal(type, json, path, 'an object');
    const unknown = unknownKey(type, json);
    if (unknown !== undefined) throw unknownFieldError(type, path, shorten(unknown));
    const given = type.fields.map(({ name }) => ownMember(json, name));
    if (type.kind === 'union') return this.#union(type, given, path, depth);
    const values = type.fields.map((field, index) => {
      if (given[index] !== undefined) return this.#field(field, given[index], path, depth);
      const initial = defaultOf(field);
      if (initial === undefined && field.requiredness === 'required')
        throw missing(`${path}.${field.name}`, field);
      return initial?.();
    });
    return type.kind === 'exception' ? exceptionOf(type, values) : structOf(type, values);
  }

  #union(type: StructDescriptor, given: readonly unknown[], path: string, depth: number): object {
    const members = type.fields.filter((_, index) => given[index] !== undefined);
    const [member] = members;
    if (member === undefined || members.length > 1)
      throw new ValueError('union-member', path, memberCount(type, members));
    return unionOf(type, member, this.#field(member, given[type.fields.indexOf(member)], path, depth));
  }

  #field(field: FieldDescriptor, json: unknown, path: string, depth: number): unknown {
    return this.read(field.type, json, `${path}.${field.name}`, depthIn(resolve(field.type), depth));
  }

  #descend(path: string, depth: number): void {
    if (depth > this.#maxDepth) throw new ValueError('too-deep', path, tooDeep(this.#maxDepth));
  }
}

/** Null is unset. What an object inherits, such as a `constructor`, is no field's value. */
function ownMember(json: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(json, name) ? (json[name] ?? undefined) : undefined;
}

/** An object as `JSON.parse` makes them: none of a class, no array. */
function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && isPlain(json);
}

function refusal(type: ResolvedType, json: unknown, path: string, form: string): ValueError {
  return new ValueError('wrong-type', path, mistyped(type, json, form));
}
