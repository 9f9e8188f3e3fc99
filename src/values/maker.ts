import type { StructDescriptor } from '../schema/descriptor.ts';
import { setOwn } from './fields.ts';
import { FunctionSource, mayGenerate } from './function-source.ts';

/** Makes an instance of a struct from its fields' values, in declaration order. */
export type Maker = new (values: readonly unknown[]) => object;

/** Instances of fewer fields get them one by one, which takes less time (measured). */
export const FEW = 24;
/**
 * Beyond so many fields a dictionary takes less time: what does not fit into an object's 252 places stands in a list that
 * is copied for every three more, so that at 400 fields V8 is busy with optimising for a second, and at 1,000 making an
 * instance takes 140 to 570 ns a field for 28 (measured on Node 20 and 24; reading a field takes 1 ns, and 7 of those).
 */
export const MOST_HIDDEN = 360;
/** Functions with more stores than this are optimised late. */
const STAGE = 40;

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

function generated(names: readonly string[], prototype: object): Maker {
  const source = new FunctionSource();
  const store = (object: string, index: number): void => {
    const name = JSON.stringify(names[index]);
    if (names[index] === '__proto__')
      source.add(`${source.bind(setOwn)}(${object}, ${name}, values[${index}]);`);
    else source.add(`${object}[${name}] = values[${index}];`);
  };
  const stages: string[] = [];
  if (names.length > MOST_HIDDEN) {
    for (let from = 0; from < names.length; from += STAGE) {
      source.add(`function stage${stages.length}(o, values) {`);
      for (let i = from; i < Math.min(from + STAGE, names.length); i++) store('o', i);
      source.add('}');
      stages.push(`stage${stages.length}(this, values);`);
    }
    // What lost a property that was not the last is a dictionary from then on, and all of these are of one kind.
    stages.unshift('this.a = 0;', 'this.b = 0;', 'delete this.a;', 'delete this.b;');
  }
  source.add('function Made(values) {', ...stages);
  if (stages.length === 0) for (const index of names.keys()) store('this', index);
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
  function Made(this: object, values: readonly unknown[]): object {
    const made = isCopied ? (Object.setPrototypeOf({ ...whole }, new.target.prototype) as object) : this;
    for (let i = 0; i < names.length; i++) setOwn(made, names[i]!, values[i]);
    return made;
  }
  Made.prototype = prototype;
  return Made as never;
}
