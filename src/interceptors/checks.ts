import { inspect } from 'node:util';
import { isStatusCode, type StatusCode } from '../errors/status.ts';

/** A number that is at least `least`; a TypeError that says what it is for, if it is none. */
export function checkNumber(
  what: string,
  value: unknown,
  least: number,
  most: number = Number.POSITIVE_INFINITY,
): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  const range = most === Number.POSITIVE_INFINITY ? `of ${least} or more` : `from ${least} to ${most}`;
  throw new TypeError(`${what}: expected a number ${range}, got ${inspect(value)}`);
}

/** How often a call may be tried: a whole number, or `Infinity`. */
export function checkAttempts(what: string, value: unknown): number {
  const attempts = checkNumber(what, value, 1);
  if (Number.isInteger(attempts) || attempts === Number.POSITIVE_INFINITY) return attempts;
  throw new TypeError(`${what}: expected a whole number, got ${attempts}`);
}

/** Status codes, to be looked up. */
export function checkCodes(what: string, value: unknown): ReadonlySet<StatusCode> {
  if (!Array.isArray(value))
    throw new TypeError(`${what}: expected an array of status codes, got ${inspect(value)}`);
  for (const code of value as readonly unknown[]) {
    if (!isStatusCode(code))
      throw new TypeError(`${what}: ${inspect(code)} is no status code, such as 'UNAVAILABLE'`);
  }
  return new Set(value as readonly StatusCode[]);
}
