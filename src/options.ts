/** A TypeError for an option that does not exist: a typo must not be a default in disguise. */
export function checkOptions(what: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      `${what}: expected an object of options (${known.join(', ')}), got ${String(options)}`,
    );
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw new TypeError(`${what}: there is no option "${name}"; there are ${known.join(', ')}`);
  }
}

/** A time in ms: any number but NaN; `Infinity` is one. */
export function checkMs(what: string, ms: unknown): number {
  if (typeof ms !== 'number' || Number.isNaN(ms))
    throw new TypeError(`${what}: expected ms as a number, got ${String(ms)}`);
  return ms;
}
