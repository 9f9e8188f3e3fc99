import fc from 'fast-check';
import { setOwn } from '../../src/values/fields.ts';

/** What programs pass where it does not belong. Each is made anew: some would be changed on the way. */
const junk: readonly (() => unknown)[] = [
  ...[undefined, null, true, 0, -0, 1.5, 300, -129, 40_000, 2 ** 31, 2 ** 53, Number.NaN, 1e300].map(
    v => () => v,
  ),
  ...[5n, 2n ** 63n, -(2n ** 63n) - 1n, '', 'oops', 'ONE', '\ud800', `${'x'.repeat(50)}\udc00`].map(
    v => () => v,
  ),
  ...[Symbol('junk'), () => 1].map(v => () => v),
  () => ({}),
  () => ({ typo: 1 }),
  () => Object.create({ a: 1 }),
  () => Object.create(null),
  () => [],
  () => [null],
  () => [1, 1],
  () => new Array(3),
  () => new Set(),
  () => new Set([undefined]),
  () => new Map(),
  () => new Map([[{}, null]]),
  () => new Date(0),
  () => Promise.resolve(),
  () => new Error('junk'),
  () => new Uint8Array(2),
  () => new Uint16Array(2),
  () => new ArrayBuffer(2),
  () => Object(1),
  () => Object('boxed'),
];

export interface Corruption {
  readonly junk: number;
  /** Where to: at each level, which of the parts. */
  readonly way: readonly number[];
  readonly how: 'replace' | 'repeat' | 'drop' | 'add';
}

export const anyCorruption: fc.Arbitrary<Corruption> = fc.record({
  junk: fc.nat(junk.length - 1),
  way: fc.array(fc.nat(20), { maxLength: 5 }),
  how: fc.constantFrom('replace', 'replace', 'replace', 'repeat', 'drop', 'add'),
});

/** The value with one part of it replaced, repeated or left out, or with something added to it. */
export function corrupted(value: unknown, { junk: index, way, how }: Corruption, level = 0): unknown {
  const other = junk[index]!();
  const step = way[level];
  if (step === undefined || typeof value !== 'object' || value === null || value instanceof Uint8Array)
    return how === 'replace' ? other : value;
  const inner = (part: unknown) => corrupted(part, { junk: index, way, how }, level + 1);
  const last = level === way.length - 1;
  if (Array.isArray(value)) return changeList(value, step, last ? how : 'replace', other, inner);
  if (value instanceof Set)
    return new Set(changeList([...value], step, last ? how : 'replace', other, inner));
  if (value instanceof Map) {
    const entries = changeList([...value], step, 'replace', other, entry => {
      const [key, member] = entry as [unknown, unknown];
      return step % 2 === 0 ? [inner(key), member] : [key, inner(member)];
    });
    if (last && how === 'add') entries.push([other, other]);
    return new Map(entries as [unknown, unknown][]);
  }
  return changeRecord(value, step, last ? how : 'replace', other, inner);
}

function changeList(
  list: readonly unknown[],
  step: number,
  how: Corruption['how'],
  other: unknown,
  inner: (part: unknown) => unknown,
): unknown[] {
  const copy = [...list];
  if (how === 'add') copy.splice(step % (list.length + 1), 0, other);
  if (list.length === 0) return copy;
  const at = step % list.length;
  if (how === 'repeat') copy.push(list[at]);
  else if (how === 'drop') copy.splice(at, 1);
  else if (how === 'replace') copy[at] = inner(list[at]);
  return copy;
}

function changeRecord(
  value: object,
  step: number,
  how: Corruption['how'],
  other: unknown,
  inner: (part: unknown) => unknown,
): object {
  const keys = Object.keys(value);
  const key = keys[step % Math.max(1, keys.length)];
  const copy = value instanceof Error ? {} : (Object.create(Object.getPrototypeOf(value)) as object);
  for (const name of keys) {
    const member = (value as Record<string, unknown>)[name];
    if (name !== key || how === 'add') setOwn(copy, name, member);
    else if (how === 'replace') setOwn(copy, name, inner(member));
    else if (how === 'repeat') setOwn(copy, `${name}_`, member);
  }
  if (how === 'add') setOwn(copy, ['typo', 'fields', 'constructor', '__proto__'][step % 4]!, other);
  return copy;
}

export interface Damage {
  readonly kind: 'flip' | 'set' | 'cut' | 'insert' | 'remove' | 'size';
  readonly at: number;
  readonly bytes: Uint8Array;
}

export const anyDamage: fc.Arbitrary<readonly Damage[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('flip', 'set', 'cut', 'insert', 'remove', 'size'),
    at: fc.nat(2000),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Sizes that break what multiplies, adds or allocates them carelessly. */
const sizes = [0x7fffffff, -1, -0x80000000, 0x20000000, 0x10000001, 1_000_000, 0];

/** Bytes that went through a bad wire. */
export function damaged(bytes: Buffer, damage: readonly Damage[]): Buffer {
  return damage.reduce(damagedOnce, bytes);
}

function damagedOnce(bytes: Buffer, { kind, at: anywhere, bytes: more }: Damage): Buffer {
  const at = anywhere % (bytes.length + 1);
  const copy = Buffer.from(bytes);
  switch (kind) {
    case 'flip':
      if (at < copy.length) copy[at] = copy[at]! ^ (1 << (more[0]! & 7));
      return copy;
    case 'set':
      if (at < copy.length) copy[at] = more[0]!;
      return copy;
    case 'size':
      if (at + 4 <= copy.length) copy.writeInt32BE(sizes[more[0]! % sizes.length]!, at);
      return copy;
    case 'cut':
      return copy.subarray(0, at);
    case 'insert':
      return Buffer.concat([copy.subarray(0, at), more, copy.subarray(at)]);
    case 'remove':
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + more.length)]);
  }
}
