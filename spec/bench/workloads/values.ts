/**
 * What is sent, as plain data: numbers for integers, objects for structs and maps. Each contender makes of it what
 * its users would hold.
 */

export interface Small {
  readonly id: number;
  readonly name: string;
  readonly active: boolean;
  readonly score: number;
}

export interface Medium {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly age: number;
  readonly active: boolean;
  readonly balance: number;
  readonly address: Readonly<Record<'street' | 'city' | 'zip' | 'country', string>>;
  readonly tags: readonly string[];
  readonly items: readonly { readonly sku: string; readonly quantity: number; readonly price: number }[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** The structs of bench.thrift by the names of the methods that echo them. */
export type EchoMethod = 'small' | 'medium' | 'ints' | 'doubles' | 'blob' | 'texts' | 'counts';

export const structNames: Readonly<Record<EchoMethod, string>> = {
  small: 'Small',
  medium: 'Medium',
  ints: 'Ints',
  doubles: 'Doubles',
  blob: 'Blob',
  texts: 'Texts',
  counts: 'Counts',
};

/** The `i`th value of a struct: all of one size, and no text in two of them the same. */
export function sampleOf(struct: EchoMethod, i: number): object {
  return makers[struct](i);
}

/** 7 characters, others for every `i` below 36^7. */
const mark = (i: number): string => i.toString(36).padStart(7, '0');

const makers: Readonly<Record<EchoMethod, (i: number) => object>> = {
  small: (i): Small => ({ id: 1000 + (i & 0xff), name: `user ${mark(i)}`, active: true, score: 0.25 + i }),
  medium,
  ints: i => ({ values: Array.from({ length: 1000 }, (_, k) => Math.imul(k + i, 2654435761) | 0) }),
  doubles: i => ({ values: Array.from({ length: 1000 }, (_, k) => Math.sqrt(k + i + 0.5)) }),
  blob: i => ({ value: Buffer.alloc(1_000_000, i + 1) }),
  texts: i => ({ values: texts(i) }),
  counts: i => ({
    values: Object.fromEntries(Array.from({ length: 100 }, (_, k) => [`${mark(i)}-${k}`, k])),
  }),
};

function medium(i: number): Medium {
  const own = mark(i);
  return {
    id: 900_000_000_000 + i,
    name: `Grace ${own}`,
    email: `g${own}@example.org`,
    age: 37,
    active: true,
    balance: 1234.5 + i,
    address: { street: `${own} Main Street`, city: `Ar${own}`, zip: `2${own}`, country: `U${own}` },
    tags: [`a-${own}`, `be-${own}`, `ced-${own}`],
    items: [0, 1, 2].map(k => ({ sku: `sku-${own}-${k}`, quantity: k + 1, price: 9.75 * (k + 1) })),
    attributes: { [`k${own}`]: `v${own}`, [`key${own}`]: `value ${own}` },
  };
}

const scripts = [
  'plain words',
  'äöüß ŁódŹ',
  'Ελληνικά',
  'Русский',
  'עברית',
  'हिन्दी',
  '中文日本語',
  '👍🏽 𝔘𝔫𝔦',
];

/** 64 texts in 8 scripts, of 1 character to some hundreds. */
function texts(i: number): string[] {
  return scripts.flatMap(script =>
    [1, 3, 8, 16, 31, 64, 130, 400].map(length => {
      const long = `${mark(i)} ${script} `.repeat(Math.ceil(length / (9 + script.length)));
      return [...long].slice(0, length).join('');
    }),
  );
}
