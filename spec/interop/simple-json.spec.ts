import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { fromJSON, loadSync, serialize, toJSON } from '../../src/index.ts';
import { BYTES, same } from './asserts.ts';

const { Colour, Containers, Defaults, Keyed, Optionals, Scalars, Shape, Tree } = loadSync(
  new URL('../../idl/everything.thrift', import.meta.url),
);

const program = fileURLToPath(new URL('peers/python/simple_json.py', import.meta.url));

/** What Python's TSimpleJSONProtocol writes of a value. */
function byPython(type: { readonly name: string; readonly prototype: object }, value: unknown): string {
  // Debian's modules belong to this interpreter, whatever python3 comes first on the PATH.
  return execFileSync('/usr/bin/python3', [program, type.name], {
    input: serialize(type, value as never),
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' },
  });
}

const scalars = new Scalars({
  truth: true,
  tiny: -128,
  small: 32767,
  medium: -1,
  large: 2n ** 53n - 1n,
  real: -0,
  text: 'ä"\\\n\u2028😀',
  bytes: BYTES,
  colour: Colour.ULTRAVIOLET,
});

describe('JSON by field names, as Python writes it', () => {
  const values: readonly (readonly [string, { name: string; prototype: object }, object])[] = [
    ['scalars', Scalars, scalars],
    ['what is unset', Scalars, new Scalars()],
    ['an unknown enum number', Scalars, new Scalars({ colour: 7, truth: false })],
    [
      'optional fields',
      Optionals,
      new Optionals({ scalars, names: new Set(['a', 'b']), labels: new Map([[-1, 'x']]) }),
    ],
    ['defaults', Defaults, new Defaults({ large: 5n })],
    ['a union', Shape, new Shape({ colour: Colour.BLUE })],
    ['structs in structs', Tree, new Tree({ value: 1, children: [new Tree({ value: 2, children: [] })] })],
    [
      'containers',
      Containers,
      new Containers({
        truths: [true, false],
        blobs: [Uint8Array.of(251, 255), new Uint8Array()],
        colours: [Colour.RED],
        scalars: new Map([['k', scalars]]),
        deep: new Map([[1, new Map([['', [new Set([5])]]])]]),
        shapes: [new Shape({ text: 's' })],
      }),
    ],
    [
      'keys that are no text',
      Keyed,
      new Keyed({
        byPoint: new Map(),
        byId: new Map([[-(2n ** 63n), 1n]]),
        byReal: new Map([
          [1e21, true],
          [0.1, false],
          [Number.NEGATIVE_INFINITY, true],
        ]),
        byTruth: new Map([
          [true, 'yes'],
          [false, 'no'],
        ]),
        byColour: new Map([[Colour.GREEN, []]]),
      }),
    ],
  ];

  for (const [name, type, value] of values) {
    it(`is read: ${name}`, () => {
      same(fromJSON(type, JSON.parse(byPython(type, value))), value);
    });
  }

  it('is what we write, but for bools, enums, and i64 and doubles that JSON has not', () => {
    const value = new Scalars({
      tiny: 1,
      small: 2,
      medium: 3,
      large: 4n,
      real: 0.5,
      text: 'ä',
      bytes: BYTES,
    });
    same(JSON.parse(byPython(Scalars, value)), toJSON(Scalars, value));
    const other = new Scalars({ truth: true, colour: Colour.GREEN, large: 2n ** 62n });
    expect(byPython(Scalars, other)).to.equal('{"truth":1,"large":4611686018427387904,"colour":5}');
    same(toJSON(Scalars, other), { truth: true, large: '4611686018427387904', colour: 'GREEN' });
  });

  it('is refused where JSON.parse has rounded an i64, and is no JSON with NaN in it', () => {
    const rounded = JSON.parse(byPython(Scalars, { large: 2n ** 62n + 1n }));
    expect(() => fromJSON(Scalars, rounded)).to.throw(
      'Scalars.large: expected i64, got number 4611686018427388000',
    );
    expect(() => JSON.parse(byPython(Scalars, { real: Number.NaN }))).to.throw(SyntaxError);
  });
});
