import type { StructDescriptor } from '../schema/descriptor.ts';
import { setOwn } from './fields.ts';
import { FunctionSource, mayGenerate } from './function-source.ts';

/** Makes an instance of a struct from its fields' values, in declaration order; without them, one that has none set. */
export type Maker = new (values?: readonly unknown[]) => object;

/** Instances of fewer fields get them one by one, which takes less time (measured). */
export const FEW = 24;
/** Beyond so many fields, to put them into `this` one after the other is not the quickest way any more. */
const MOST_PUT = 360;
/** Functions with more stores than this are optimised late. */
const STAGE = 40;
/**
 * Whether a copy of a literal may get another prototype at little cost. From V8 13 on (Node 24) that takes 20 to 500 ns
 * for each of its properties, before that 4 (measured).
 */
const isRehousedCheaply: boolean = Number.parseInt(process.versions.v8, 10) < 13;

/** Whether the instances of a struct with so many fields have a hidden class; the others are dictionaries. */
export function hasHiddenClass(count: number): boolean {
  return count <= MOST_PUT || isRehousedCheaply;
}

const makers = new WeakMap<StructDescriptor, Maker>();

/**
 * The maker of a struct's instances, all of one hidden class; `prototype` is theirs. Generated: V8 makes dictionaries of
 * objects that get more than some 24 properties by name, and encoding them then takes 33 ns a field and not 3 (measured).
 */
export function makerOf(type: StructDescriptor, prototype: object): Maker {
  let maker = makers.get(type);
  if (maker === undefined) {
    const names = type.fields.map(({ name }) => name);
    maker = mayGenerate() ? generated(names, prototype) : copying(names, prototype);
    makers.set(type, maker);
  }
  return maker;
}

/**
 * Values that do not fit into the 252 places of an object stand in a list, which is copied for every three more: at 400
 * fields V8 is busy with optimising for a second, and at 1,000 to put them into `this` takes 140 to 570 ns a field. A
 * literal has a list of the right length at once. With it, a field of 1,000 takes 13 ns to decode and 7 to encode; in
 * dictionaries 57 and 87 on Node 20, and 52 and 80 on Node 24 (measured).
 */
function generated(names: readonly string[], prototype: object): Maker {
  const source = new FunctionSource();
  const quoted = names.map(name => JSON.stringify(name));
  const store = (object: string, index: number): string =>
    names[index] === '__proto__'
      ? `${source.bind(setOwn)}(${object}, "__proto__", values[${index}]);`
      : `${object}[${quoted[index]}] = values[${index}];`;
  const stages: string[] = [];
  for (let from = 0; from < names.length && names.length > MOST_PUT; from += STAGE) {
    const stage = `stage${stages.length}(o, values)`;
    const its = names.slice(from, from + STAGE);
    source.add(`function ${stage} {`, ...its.map((_, i) => store('o', from + i)), '}');
    stages.push(`${stage};`);
  }
  source.add(`function Made(values = ${source.bind(new Array(names.length).fill(undefined))}) {`);
  if (stages.length === 0) source.add(...names.map((_, index) => store('this', index)));
  else if (isRehousedCheaply) {
    // Only a computed name makes `__proto__` a property like any other.
    const unset = quoted.map(name => `${name === '"__proto__"' ? `[${name}]` : name}: undefined`);
    source.add(`const o = { __proto__: new.target.prototype, ${unset.join(', ')} };`);
    source.add('if (arguments.length > 0) {', ...stages, '}', 'return o;');
  } else {
    // What lost a property that was not the last is a dictionary from then on, and all of these are of one kind.
    source.add('const o = this;', 'o.a = 0;', 'o.b = 0;', 'delete o.a;', 'delete o.b;', ...stages);
  }
  source.add('}', `Made.prototype = ${source.bind(prototype)};`, 'return Made;');
  return source.make<Maker>();
}

/** The most properties that the parser of JSON gives an object in one go. */
const MOST_PARSED = 127;

/** Where no code may be generated: copies of an object that the parser of JSON made, or one property after the other. */
function copying(names: readonly string[], prototype: object): Maker {
  const isCopied = names.length >= FEW && names.length <= MOST_PARSED;
  const whole = (
    isCopied ? JSON.parse(`{${names.map(name => `${JSON.stringify(name)}:null`).join()}}`) : {}
  ) as object;
  function Made(this: object, values?: readonly unknown[]): object {
    const made = isCopied ? (Object.setPrototypeOf({ ...whole }, new.target.prototype) as object) : this;
    for (let i = 0; i < names.length; i++) setOwn(made, names[i]!, values?.[i]);
    return made;
  }
  Made.prototype = prototype;
  return Made as never;
}
