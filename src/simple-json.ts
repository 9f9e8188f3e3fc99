import { checkValue } from './codec/explain.ts';
import { ValueError } from './errors/value-error.ts';
import { type Limits, withLimits } from './limits.ts';
import { checkOptions } from './options.ts';
import { isRecord, resolve, type TypeDescriptor } from './schema/descriptor.ts';
import { JsonReader } from './simple-json/read.ts';
import type { AnyStructClass, InputOf } from './values/classes.ts';
import type { EnumObject } from './values/enums.ts';
import { type JsonValue, jsonOf, MAX_DEPTH } from './values/json-form.ts';
import { descriptorOf, type TypeLike } from './values/module.ts';
import { show } from './values/refusals.ts';

export interface JsonOptions {
  /** Only `depth` matters here; beyond 500 a value is taken to contain itself whatever it says. */
  readonly limits?: Partial<Limits>;
}

/**
 * A value by field names, as plain data that `JSON.stringify` writes as it is; `fromJSON` gives the value back,
 * whatever it is. Structs are objects without what is unset, sets arrays. A map is an object, or an array of
 * `[key, value]` pairs where the keys are structs or containers. An i64 is a number up to 2^53-1, else decimal text;
 * binary is base64, an enum its member's name if it has one, else its number. NaN, the infinities and -0, which
 * `JSON.stringify` would write as 0, are texts.
 *
 * The value is checked as `serialize` does: a ValueError with the path of what does not fit.
 */
export function toJSON<C extends AnyStructClass>(
  type: C,
  value: InputOf<C>,
  options?: JsonOptions,
): JsonValue;
export function toJSON(type: EnumObject | TypeDescriptor, value: unknown, options?: JsonOptions): JsonValue;
export function toJSON(type: TypeLike, value: unknown, options?: JsonOptions): JsonValue {
  const depth = depthOf('toJSON', options);
  const descriptor = descriptorOf(type);
  return fromHere(toJSON, () => {
    checkValue(descriptor, value, depth);
    return jsonOf(descriptor, value, depth);
  });
}

/**
 * The value that `toJSON` gave, with the classes, Maps and Sets that `deserialize` would give. `json` is what
 * `JSON.parse` gives, not its text. Throws a ValueError with the path of what does not fit, of a key that is no field,
 * of a required field that is missing.
 *
 * Also reads what other writers have: an i64 as a number, text or bigint; unpadded and url-safe base64; enums by
 * number; null for an unset field; and, as Apache's TSimpleJSONProtocol in Python, 1 and 0 for bools. That one writes
 * an i64 beyond 2^53-1 as a number, which `JSON.parse` rounds: it is refused, unless another parser gives a bigint.
 * Its NaN and infinities are no JSON. Java's writes binary as raw text, which cannot be told from base64.
 */
export function fromJSON<C extends { readonly prototype: object }>(
  type: C,
  json: unknown,
  options?: JsonOptions,
): C['prototype'];
export function fromJSON(type: TypeLike, json: unknown, options?: JsonOptions): unknown;
export function fromJSON(type: object, json: unknown, options?: JsonOptions): unknown {
  const depth = depthOf('fromJSON', options);
  const descriptor = descriptorOf(type as TypeLike);
  return fromHere(fromJSON, () => {
    if (typeof json === 'string' && isNested(descriptor)) {
      const reason = `expected ${descriptor} as JSON.parse gives it, got ${show(json)}; parse the text first`;
      throw new ValueError('wrong-type', String(descriptor), reason);
    }
    return new JsonReader(depth).read(descriptor, json, String(descriptor), 0);
  });
}

/** True for what is never a text in JSON. */
function isNested(type: TypeDescriptor): boolean {
  const resolved = resolve(type);
  return isRecord(resolved) || ['list', 'set', 'map'].includes(resolved.kind);
}

/** A refusal's stack begins at the caller: what walked the value is deep enough to push it out. */
function fromHere<T>(entry: (...args: never) => unknown, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ValueError) Error.captureStackTrace(error, entry);
    throw error;
  }
}

function depthOf(what: string, options: JsonOptions | undefined): number {
  checkOptions(what, options, ['limits']);
  return Math.min(withLimits(options?.limits).depth, MAX_DEPTH);
}
