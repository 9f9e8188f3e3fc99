import type { BaseDescriptor, EnumDescriptor, Literal, TypeDescriptor } from './descriptor.ts';
import type { Input } from './input.ts';
import { describe } from './input.ts';
import type { Report } from './report.ts';

const ranges = {
  i8: [-(2n ** 7n), 2n ** 7n - 1n],
  i16: [-(2n ** 15n), 2n ** 15n - 1n],
  i32: [-(2n ** 31n), 2n ** 31n - 1n],
  i64: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

const uuid =
  /^(?:\{([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))$/i;

/** A value of a base type. What does not fit is reported, and nothing returned. */
export function scalarLiteral(
  input: Input,
  target: BaseDescriptor,
  written: TypeDescriptor,
  report: Report,
): Literal | undefined {
  switch (target.kind) {
    case 'bool':
      return boolLiteral(input, written, report);
    case 'i8':
    case 'i16':
    case 'i32':
    case 'i64': {
      const value = integerOf(input);
      if (value === undefined) break;
      const [least, most] = ranges[target.kind];
      if (value < least || value > most) {
        report.error(
          input,
          'integer-range',
          `${value} does not fit ${target.kind}`,
          `from ${least} to ${most}`,
        );
        return undefined;
      }
      if (target.kind !== 'i64') return Object.freeze({ kind: target.kind, value: Number(value) });
      const rounded = target.as === 'number' && !Number.isSafeInteger(Number(value));
      if (rounded) {
        report.warn(input, 'unsafe-integer', `${value} is beyond 2^53 - 1: it stays a bigint, not a number`);
      }
      return Object.freeze({ kind: 'i64', value, as: rounded ? 'bigint' : target.as });
    }
    case 'float':
    case 'double': {
      const value = input.kind === 'double' ? input.value : Number(integerOf(input) ?? Number.NaN);
      if (Number.isNaN(value)) break;
      if (!Number.isFinite(target.kind === 'float' ? Math.fround(value) : value)) {
        report.error(input, 'number-range', `${value} does not fit ${target.kind}`);
        return undefined;
      }
      return Object.freeze({ kind: target.kind, value });
    }
    case 'string':
    case 'binary':
      if (input.kind !== 'string') break;
      return Object.freeze({ kind: target.kind, value: input.value });
    case 'uuid': {
      if (input.kind !== 'string') break;
      const match = uuid.exec(input.value);
      if (match !== null) {
        return Object.freeze({ kind: 'uuid', value: (match[1] ?? match[2])!.toLowerCase() });
      }
      const hint = 'expected 8-4-4-4-12 hexadecimal digits';
      report.error(input, 'invalid-uuid', `${describe(input)} is not a uuid`, hint);
      return undefined;
    }
  }
  wrongType(input, written, report);
  return undefined;
}

/** An enum's value given by its number. */
export function enumLiteral(input: Input, target: EnumDescriptor, report: Report): Literal | undefined {
  const value = integerOf(input);
  if (value === undefined) {
    const named = input.kind === 'string' && target.byName.has(input.value);
    wrongType(input, target, report, named ? `did you mean "${target}.${input.value}"?` : undefined);
    return undefined;
  }
  const number = Number(value);
  if (!target.byValue.has(number)) {
    report.error(input, 'unknown-enum-value', `${target} has no member with the number ${value}`);
    return undefined;
  }
  return Object.freeze({ kind: 'enum', type: target, value: number });
}

/** The one error text for a value in a place of another type. */
export function wrongType(input: Input, expected: TypeDescriptor, report: Report, hint?: string): void {
  report.error(input, 'wrong-type', `expected ${expected}, got ${describe(input)}`, hint);
}

function boolLiteral(input: Input, written: TypeDescriptor, report: Report): Literal | undefined {
  const value = integerOf(input);
  if (value === 0n || value === 1n) return Object.freeze({ kind: 'bool', value: value === 1n });
  if (value === undefined) wrongType(input, written, report);
  else report.error(input, 'integer-range', `${value} does not fit bool`, 'it is true, false, 0 or 1');
  return undefined;
}

/** `true` and `false` are the integers 1 and 0 in Apache's grammar. */
function integerOf(input: Input): bigint | undefined {
  if (input.kind === 'boolean') return input.value ? 1n : 0n;
  return input.kind === 'integer' ? input.value : undefined;
}
