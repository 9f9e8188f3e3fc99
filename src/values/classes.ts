import { inspect } from 'node:util';
import { ValueError } from '../errors/value-error.ts';
import type { FieldDescriptor, Literal, StructDescriptor } from '../schema/descriptor.ts';
import { suggest } from '../schema/suggest.ts';
import { isPlain, isSetAside, readField, setOwn } from './fields.ts';
import { jsonOf } from './json-form.ts';
import { fromLiteral, isShareable, objectOf } from './literals.ts';
import { FEW, type Maker, makerOf } from './maker.ts';

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

function structClass(type: StructDescriptor): StructClass {
  const fields = type.fields.map(field => ({ field, initial: defaultOf(field) }));
  const isFew = fields.length < FEW;
  const made = class {
    constructor(init?: object) {
      if (init !== undefined) checkInit(type, init);
      const values: unknown[] = [];
      for (const { field, initial } of fields) {
        const given = init === undefined ? undefined : readField(type, init, field);
        const value = given === undefined ? initial?.() : given;
        if (isFew) setOwn(this, field.name, value);
        else values.push(value);
      }
      // biome-ignore lint/correctness/noConstructorReturn: what is made at once is the instance.
      if (!isFew) return instanceOf(type, made, new.target, values) as never;
    }

    toJSON(): unknown {
      return jsonOf(type, this);
    }

    [inspect.custom](depth: number, options: object, show: typeof inspect): string {
      return depth < 0 ? `[${type.name}]` : `${type.name} ${show(setFields(type, this), options)}`;
    }
  };
  return made;
}

/** An instance of a struct's class, or of one derived from it: the same but for its prototype. */
function instanceOf(
  type: StructDescriptor,
  made: AnyStructClass,
  asked: AnyStructClass,
  values: readonly unknown[],
): object {
  const Maker = makerOf(type, made.prototype);
  return asked === made ? new Maker(values) : (Reflect.construct(Maker, [values], asked as Maker) as object);
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
