import { inspect } from 'node:util';
import { ValueError } from '../errors/value-error.ts';
import type { FieldDescriptor, Literal, StructDescriptor } from '../schema/descriptor.ts';
import { suggest } from '../schema/suggest.ts';
import { isPlain, isSetAside, readField, setOwn } from './fields.ts';
import { jsonOf } from './json-form.ts';
import { fromLiteral, isShareable, objectOf } from './literals.ts';

declare const input: unique symbol;

/**
 * The class of a loaded struct, union or exception. `Input` is what its constructor, and every encoder, takes:
 * fields that need not be given are optional in it.
 */
export interface StructClass<
  T extends object = object,
  Input = { readonly [K in keyof T]?: T[K] | null | undefined },
> {
  new (...input: Record<never, never> extends Input ? [input?: Input] : [input: Input]): T;
  readonly prototype: T;
  /** For the compiler only. */
  readonly [input]?: Input;
}

/** A class whatever its instances. */
export interface AnyStructClass {
  readonly prototype: object;
  readonly [input]?: unknown;
}

/** What a class's constructor takes. */
export type InputOf<C> = C extends { readonly [input]?: infer Input } ? Input : never;

/** On an empty union: the id of the member that was sent, newer than the schema it was read with. */
export const unknownField: unique symbol = Symbol.for('livethrift.unknownField') as never;

const classes = new WeakMap<StructDescriptor, StructClass>();
const types = new WeakMap<object, StructDescriptor>();

/** The class whose instances decoding gives. One for each descriptor. */
export function classOf(type: StructDescriptor): StructClass {
  let made = classes.get(type);
  if (made === undefined) {
    made =
      type.kind === 'exception'
        ? exceptionClass(type)
        : type.kind === 'union'
          ? unionClass(type)
          : structClass(type);
    Object.defineProperty(made, 'name', { value: type.name });
    types.set(made, type);
    types.set(made.prototype, type);
    classes.set(type, made);
  }
  return made;
}

/** The descriptor of a loaded class, or of a class derived from one. */
export function typeOfClass(made: object): StructDescriptor | undefined {
  return typeof made === 'function' ? (types.get(made) ?? typeOfInstance(made)) : undefined;
}

/** The descriptor of an instance of a loaded class, or of a class derived from one. */
export function typeOfInstance(value: object): StructDescriptor | undefined {
  for (let at: object | null = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
    const type = types.get(at);
    if (type !== undefined) return type;
  }
  return undefined;
}

/** A constant's value, afresh. */
export function constantValue(literal: Literal): unknown {
  return fromLiteral(literal, (type, fields) => {
    return new (classOf(type))(objectOf(fields));
  });
}

/** Gives a field's default for each new owner; undefined where there is none. */
export function defaultOf(field: FieldDescriptor): (() => unknown) | undefined {
  const literal = field.defaultValue;
  if (literal === undefined) return undefined;
  if (!isShareable(literal)) return () => constantValue(literal);
  const value = constantValue(literal);
  return () => value;
}

/**
 * How many fields a struct may have whose instances are copies of one that has them all. Others get their properties one
 * by one, which V8 turns into a dictionary beyond some 24: encoding then takes 33 ns a field and not 3. Below, and far
 * beyond, to copy takes longer than it saves (all measured).
 */
const COPIED = { least: 24, most: 128 };

function structClass(type: StructDescriptor): StructClass {
  const fields = type.fields.map(field => ({ field, initial: defaultOf(field) }));
  const isCopied = fields.length >= COPIED.least && fields.length <= COPIED.most;
  const whole = isCopied ? emptyOf(type) : undefined;
  return class {
    constructor(init?: object) {
      if (init !== undefined) checkInit(type, init);
      const made =
        whole === undefined ? this : (Object.setPrototypeOf({ ...whole }, new.target.prototype) as object);
      for (const { field, initial } of fields) {
        const given = init === undefined ? undefined : readField(type, init, field);
        setOwn(made, field.name, given === undefined ? initial?.() : given);
      }
      // biome-ignore lint/correctness/noConstructorReturn: the copy is the instance.
      return made as never;
    }

    toJSON(): unknown {
      return jsonOf(type, this);
    }

    [inspect.custom](depth: number, options: object, show: typeof inspect): string {
      return depth < 0 ? `[${type.name}]` : `${type.name} ${show(setFields(type, this), options)}`;
    }
  };
}

/** An object with all of a struct's fields, which the parser of JSON makes in one go. */
function emptyOf({ fields }: StructDescriptor): object {
  return JSON.parse(`{${fields.map(({ name }) => `${JSON.stringify(name)}:null`).join()}}`) as object;
}

function unionClass(type: StructDescriptor): StructClass {
  return class {
    declare [unknownField]?: number;

    constructor(init?: object) {
      if (init === undefined) return;
      checkInit(type, init);
      const given = type.fields.filter(field => (readField(type, init, field) ?? null) !== null);
      if (given.length > 1) {
        throw new ValueError(
          'union-member',
          type.name,
          `a union has one member, got ${given.map(f => f.name).join(' and ')}`,
        );
      }
      for (const field of given) setOwn(this, field.name, readField(type, init, field));
    }

    toJSON(): unknown {
      return jsonOf(type, this);
    }

    [inspect.custom](depth: number, options: object, show: typeof inspect): string {
      if (depth < 0) return `[${type.name}]`;
      const id = this[unknownField];
      return `${type.name} ${id === undefined ? show(setFields(type, this), options) : `{ /* unknown member, field id ${id} */ }`}`;
    }
  };
}

function exceptionClass(type: StructDescriptor): StructClass {
  const fields = type.fields.map(field => ({
    field,
    initial: defaultOf(field),
    aside: isSetAside(type, field),
  }));
  const hasAside = fields.some(({ aside }) => aside);
  const made = class extends Error {
    declare fields: Record<string, unknown>;

    constructor(init?: object) {
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 0;
      super();
      Error.stackTraceLimit = limit;
      if (init !== undefined) checkInit(type, init);
      if (hasAside) this.fields = Object.create(null) as Record<string, unknown>;
      for (const { field, initial, aside } of fields) {
        let value = init === undefined ? undefined : readField(type, init, field);
        if (value === undefined) value = initial?.();
        // An unset `message` stays off the object: `error.message` then is the text of the prototype.
        if (field.name === 'message' && !aside && (value === undefined || value === null)) continue;
        setOwn(aside ? this.fields : this, field.name, value);
      }
      // Only now: the stack begins with the message, and that is told by the fields.
      if (limit > 0) Error.captureStackTrace(this, new.target);
    }

    toJSON(): unknown {
      return jsonOf(type, this);
    }
  };
  const text = {
    get(this: object): string {
      return `${type.name} ${inspect(setFields(type, this), { breakLength: Number.POSITIVE_INFINITY })}`;
    },
    set(this: object, value: unknown) {
      setOwn(this, 'message', value);
    },
    configurable: true,
  };
  Object.defineProperty(made.prototype, 'message', text);
  Object.defineProperty(made.prototype, 'name', { value: type.name, configurable: true, writable: true });
  return made;
}

/** Typos must not vanish: an unknown key is an error here as it is in encoding. */
function checkInit(type: StructDescriptor, init: unknown): void {
  if (typeof init !== 'object' || init === null || isNothing(type, init)) {
    throw new ValueError('wrong-type', type.name, `expected an object of its fields, got ${inspect(init)}`);
  }
  if (types.get(Object.getPrototypeOf(init) as object) === type) return;
  const unknown = unknownKey(type, init);
  if (unknown !== undefined) throw unknownFieldError(type, type.name, unknown);
}

/** True for an array, and for an object of another kind that has no field at all: a promise, a Map, a Date. */
function isNothing(type: StructDescriptor, init: object): boolean {
  if (Array.isArray(init)) return true;
  if (isPlain(init) || Object.keys(init).length > 0 || typeOfInstance(init) !== undefined) return false;
  return type.fields.every(field => readField(type, init, field) === undefined);
}

/** The first key of an object that is no field of the type. */
export function unknownKey(type: StructDescriptor, value: object): string | undefined {
  return Object.keys(value).find(
    key => !type.byName.has(key) && !(key === 'fields' && value instanceof Error),
  );
}

/** The error about a key that is no field. */
export function unknownFieldError(type: StructDescriptor, path: string, key: string, note = ''): ValueError {
  const near = suggest(key, type.byName.keys());
  const hint =
    near === undefined ? `it has ${[...type.byName.keys()].join(', ') || 'none'}` : `did you mean "${near}"?`;
  return new ValueError('unknown-field', `${path}.${key}`, `${type} has no such field; ${hint}${note}`);
}

/** What is set, in declaration order, as a bare object for printing. */
function setFields(type: StructDescriptor, value: object): object {
  const shown = {};
  for (const field of type.fields) {
    const member = readField(type, value, field);
    if (member !== undefined && member !== null) setOwn(shown, field.name, member);
  }
  return shown;
}
