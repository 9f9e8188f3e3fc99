import type {
  Definition,
  EnumDescriptor,
  ModuleDescriptor,
  ServiceDescriptor,
  StructDescriptor,
  TypeDescriptor,
  TypedefDescriptor,
} from '../schema/descriptor.ts';
import { resolve } from '../schema/descriptor.ts';
import { typeOf } from '../schema/link.ts';
import { type AnyStructClass, classOf, constantValue, typeOfClass } from './classes.ts';
import { type EnumObject, enumObjectOf, typeOfEnum } from './enums.ts';
import { type Service, serviceOf, typeOfService } from './service.ts';

/** The one deliberately loose type of the package: a module loaded without a type of its own. */
// biome-ignore lint/suspicious/noExplicitAny: what a file defines is not known to the compiler
export type DynamicModule = { readonly [name: string]: any };

/** What names a type where one is asked for: a loaded class or enum, or a descriptor. */
export type TypeLike = AnyStructClass | EnumObject | TypeDescriptor;

const modules = new WeakMap<ModuleDescriptor, object>();
const descriptors = new WeakMap<object, ModuleDescriptor>();

/**
 * The frozen module object: every definition under its own name, every include under its prefix. Where names
 * meet, a type wins over a constant and a definition over an include; `describe` has them all.
 */
export function moduleOf(descriptor: ModuleDescriptor): object {
  let made = modules.get(descriptor);
  if (made === undefined) {
    const entries = Object.create(null) as Record<string, unknown>;
    for (const include of descriptor.includes) entries[include.name] = moduleOf(include.module);
    for (const definition of descriptor.definitions)
      if (definition.kind === 'const') entries[definition.name] = valueFor(definition);
    for (const definition of descriptor.definitions)
      if (definition.kind !== 'const') entries[definition.name] = valueFor(definition);
    // An object that answers to `then` cannot come out of a promise.
    delete entries.then;
    made = Object.freeze(entries);
    modules.set(descriptor, made);
    descriptors.set(made, descriptor);
  }
  return made;
}

/** What a definition is to its user: a class, an enum object, a service, a constant's value, or a type. */
function valueFor(definition: Definition): unknown {
  switch (definition.kind) {
    case 'const':
      return frozen(constantValue(definition.value));
    case 'service':
    case 'interaction':
      return serviceOf(definition);
    default:
      return valueForType(definition);
  }
}

/** A constant is everybody's: nobody may change its lists and structs. (JavaScript cannot freeze Maps, Sets and bytes.) */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const parts = value instanceof Map || value instanceof Set ? [...value].flat() : Object.values(value);
  parts.forEach(frozen);
  return Object.freeze(value);
}

function valueForType(type: StructDescriptor | EnumDescriptor | TypedefDescriptor): unknown {
  const resolved = resolve(type);
  switch (resolved.kind) {
    case 'struct':
    case 'union':
    case 'exception':
      return classOf(resolved);
    case 'enum':
      return enumObjectOf(resolved);
    default:
      return type;
  }
}

/** The descriptor of what a module holds; `describe(module, name)` also finds what the module object hides. */
export function describe(module: object, name: string): Definition;
export function describe(service: Service): ServiceDescriptor;
export function describe(type: AnyStructClass): StructDescriptor;
export function describe(enumeration: EnumObject): EnumDescriptor;
export function describe(module: object): ModuleDescriptor;
export function describe(of: object, name?: string): object {
  const module = descriptors.get(of);
  if (name !== undefined) {
    if (module === undefined)
      throw new TypeError(`describe(module, "${name}"): the first argument is no loaded module`);
    const found = module.definitions.filter(definition => definition.name === name);
    const chosen = found.find(definition => definition.kind !== 'const') ?? found[0];
    if (chosen === undefined) throw new TypeError(`${module.file} defines no "${name}"`);
    return chosen;
  }
  const found = module ?? typeOfClass(of) ?? typeOfEnum(of) ?? typeOfService(of);
  if (found !== undefined) return found;
  throw new TypeError(
    'describe: expected a module, class, enum or service that was loaded from a .thrift file',
  );
}

/**
 * The descriptor of a type expression, seen from a module: `type(module, 'map<i32, list<User>>')`. Throws an
 * IdlError for text that is no type.
 */
export function type(module: object, expression: string): TypeDescriptor {
  const descriptor = descriptors.get(module);
  if (descriptor === undefined)
    throw new TypeError(`type(module, "${expression}"): the first argument is no loaded module`);
  return typeOf(descriptor, expression);
}

const kinds: ReadonlySet<unknown> = new Set([
  'bool',
  'i8',
  'i16',
  'i32',
  'i64',
  'float',
  'double',
  'string',
  'binary',
  'uuid',
  'list',
  'set',
  'map',
  'struct',
  'union',
  'exception',
  'enum',
  'typedef',
]);

/** The descriptor that a class, an enum or a descriptor stands for; a TypeError for anything else. */
export function descriptorOf(type: TypeLike): TypeDescriptor {
  const found = typeOfClass(type) ?? typeOfEnum(type);
  if (found !== undefined) return found;
  if (typeof type === 'object' && type !== null && kinds.has((type as TypeDescriptor).kind))
    return type as TypeDescriptor;
  throw new TypeError('expected a type: a loaded class or enum, or what type(module, "list<User>") gives');
}
