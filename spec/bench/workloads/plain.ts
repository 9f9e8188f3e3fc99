/** What packages have for 64-bit integers: Int64 and Long both know how to become a number. */
interface LongInteger {
  toNumber(): number;
}

/** A value as `values.ts` has it, whatever a package made of it: every contender's results are compared in this form. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof (value as LongInteger).toNumber === 'function') return (value as LongInteger).toNumber();
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries
      // protobuf-es names each message's type in it.
      .filter(([name, member]) => name !== '$typeName' && member !== null && member !== undefined)
      .map(([name, member]) => [String(name), plain(member)]),
  );
}
