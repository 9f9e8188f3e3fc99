import { checkValue } from '../codec/explain.ts';
import { ValueError } from '../errors/value-error.ts';
import type { I64Descriptor, ResolvedType } from '../schema/descriptor.ts';
import { mistyped, show } from '../values/refusals.ts';

/** What JSON has no number for. Python writes the short words, as the keys of maps. */
const numbers: ReadonlyMap<string, number> = new Map([
  ['-0', -0],
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

/** As integers are printed; 19 digits are enough for all 64 bits. */
const integer = /^(?:0|-?[1-9]\d{0,18})$/;
const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const base64 = /^[\w+/-]*={0,2}$/;

/** The value of a scalar, as decoding gives it. Throws the ValueError of one that is none. */
export function readLeaf(type: ResolvedType, json: unknown, path: string): unknown {
  switch (type.kind) {
    case 'bool':
      // Apache's TSimpleJSONProtocol has 1 and 0.
      return json === 1 || json === 0 ? json === 1 : checked(type, json, path);
    case 'i8':
    case 'i16':
    case 'i32':
      // JSON may spell an integer -0.
      return (checked(type, json, path) as number) + 0;
    case 'i64':
      return readI64(type, json, path);
    case 'float':
    case 'double': {
      const value = typeof json === 'string' ? numbers.get(json) : json;
      if (typeof value !== 'number')
        return refuse(type, json, path, 'a number, or "NaN", "Infinity", "-Infinity", "-0"');
      checked(type, value, path);
      return type.kind === 'float' ? Math.fround(value) : value;
    }
    case 'enum':
      checked(type, json, path);
      return typeof json === 'string' ? type.byName.get(json)?.value : (json as number) + 0;
    case 'binary':
      return readBase64(type, json, path);
    case 'uuid':
      return (checked(type, json, path) as string).toLowerCase();
    default:
      return checked(type, json, path);
  }
}

/** The same of a map's key, which stands in JSON as text. */
export function readKey(type: ResolvedType, text: string, path: string): unknown {
  switch (type.kind) {
    case 'bool':
      if (text === 'true' || text === '1') return true;
      if (text === 'false' || text === '0') return false;
      return refuse(type, text, path, '"true" or "false"');
    case 'i8':
    case 'i16':
    case 'i32':
      if (!integer.test(text)) return refuse(type, text, path, 'decimal text');
      return readLeaf(type, Number(text), path);
    case 'enum':
      return readLeaf(type, integer.test(text) ? Number(text) : text, path);
    case 'float':
    case 'double':
      return readLeaf(type, decimal.test(text) ? Number(text) : text, path);
    default:
      return readLeaf(type, text, path);
  }
}

function readI64(type: I64Descriptor, json: unknown, path: string): bigint | number {
  const value = typeof json === 'string' && integer.test(json) ? BigInt(json) : json;
  if (typeof value !== 'bigint') {
    if (typeof value !== 'number') return refuse(type, json, path, 'a number, or decimal text');
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new ValueError(
        'out-of-range',
        path,
        `expected i64, got ${show(value)}: beyond 2^53-1 JSON.parse has rounded it; write it as decimal text`,
      );
    }
  }
  const exact = BigInt(checked(type, value, path) as bigint | number);
  if (type.as === 'bigint') return exact;
  if (!Number.isSafeInteger(Number(exact)))
    throw new ValueError('out-of-range', path, `i64 ${exact} is beyond 2^53-1; load it as bigint`);
  return Number(exact);
}

/** Either alphabet, padded or not. */
function readBase64(type: ResolvedType, json: unknown, path: string): Uint8Array {
  if (typeof json !== 'string') return refuse(type, json, path, 'base64 text');
  const digits = json.length - (json.endsWith('==') ? 2 : json.endsWith('=') ? 1 : 0);
  const isWhole = digits === json.length ? digits % 4 !== 1 : json.length % 4 === 0;
  if (!base64.test(json) || !isWhole)
    throw new ValueError('invalid-text', path, `expected ${type} (base64 text), got ${show(json)}`);
  return Uint8Array.from(Buffer.from(json, 'base64'));
}

/** What an encoder takes, too. */
function checked(type: ResolvedType, value: unknown, path: string): unknown {
  checkValue(type, value, 0, path);
  return value;
}

function refuse(type: ResolvedType, json: unknown, path: string, form: string): never {
  throw new ValueError('wrong-type', path, mistyped(type, json, form));
}
