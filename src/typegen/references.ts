import { basename, dirname, relative, sep } from 'node:path';
import {
  type Definition,
  type ModuleDescriptor,
  type ResolvedType,
  resolve,
  type TypeDescriptor,
} from '../schema/descriptor.ts';
import { isSetAside } from '../values/fields.ts';
import { localName } from './names.ts';

/** How types are written in the declarations of one module, and what they import for it. */
export class References {
  readonly #module: ModuleDescriptor;
  /** Files whose definitions are referred to, and what they are imported as. */
  readonly #imports = new Map<string, string>();

  constructor(module: ModuleDescriptor) {
    this.#module = module;
  }

  /** What stands at the head of the file, in the order of first use. */
  imports(): string[] {
    return Array.from(
      this.#imports,
      ([file, alias]) => `import type * as ${alias} from ${this.pathTo(file)};`,
    );
  }

  /** A file as seen from this one, in quotes: `'./shared.thrift'`. */
  pathTo(file: string): string {
    const path = relative(dirname(this.#module.file), file).split(sep).join('/');
    const specifier = path.startsWith('../') ? path : `./${path}`;
    return `'${specifier.replace(/['\\]/g, '\\$&')}'`;
  }

  /** A definition, here or in another file. */
  definition({ name, position: { file } }: Pick<Definition, 'name' | 'position'>): string {
    if (file === this.#module.file) return localName(name);
    let alias = this.#imports.get(file);
    if (alias === undefined) {
      const base = `$${basename(file)
        .replace(/\.thrift$/, '')
        .replace(/\W/g, '$')}`;
      const taken = new Set(['$', ...this.#imports.values()]);
      alias = base;
      for (let count = 2; taken.has(alias); count++) alias = `${base}$${count}`;
      this.#imports.set(file, alias);
    }
    return `${alias}.${name}`;
  }

  /** How `export {} from` speaks of a definition: its name there, and where that is, if elsewhere. */
  exporting({ name, position: { file } }: NamedType): [name: string, from: string] {
    return file === this.#module.file ? [localName(name), ''] : [name, ` from ${this.pathTo(file)}`];
  }

  /** What decoding gives. */
  decoded(type: TypeDescriptor): string {
    if (type.kind === 'typedef' && !isNamed(resolve(type))) return this.definition(type);
    const resolved = resolve(type);
    switch (resolved.kind) {
      case 'i64':
        return resolved.as;
      case 'list':
        return `$.List<${this.decoded(resolved.element)}>`;
      case 'set':
        return `$.Set<${this.decoded(resolved.element)}>`;
      case 'map':
        if (resolved.as === 'object') return `$.Dictionary<${this.decoded(resolved.value)}>`;
        return `$.Map<${this.decoded(resolved.key)}, ${this.decoded(resolved.value)}>`;
      default:
        return isNamed(resolved) ? this.definition(resolved) : scalar(resolved);
    }
  }

  /** What constructors and encoders take. */
  input(type: TypeDescriptor): string {
    const resolved = resolve(type);
    switch (resolved.kind) {
      case 'i64':
        return '$.I64Input';
      case 'list':
        return `$.ListInput<${this.input(resolved.element)}>`;
      case 'set':
        return `$.SetInput<${this.input(resolved.element)}>`;
      case 'map':
        if (resolve(resolved.key).kind === 'string')
          return `$.DictionaryInput<${this.input(resolved.value)}>`;
        return `$.MapInput<${this.input(resolved.key)}, ${this.input(resolved.value)}>`;
      default:
        return isNamed(resolved) ? this.#namedInput(resolved) : scalar(resolved);
    }
  }

  /** A decoded exception is taken although fields such as `name` mean something else on it. */
  #namedInput(type: NamedType): string {
    const name = this.definition(type);
    const hasAside = type.kind === 'exception' && type.fields.some(field => isSetAside(type, field));
    return hasAside ? `${name} | ${name}.Input` : `${name}.Input`;
  }
}

type NamedType = Extract<ResolvedType, { readonly byName: unknown }>;

/** Enums, structs, unions and exceptions have a name of their own. */
export function isNamed(type: ResolvedType): type is NamedType {
  return 'byName' in type;
}

function scalar({ kind }: ResolvedType): string {
  switch (kind) {
    case 'bool':
      return 'boolean';
    case 'string':
    case 'uuid':
      return 'string';
    case 'binary':
      return '$.Binary';
    default:
      return 'number';
  }
}
