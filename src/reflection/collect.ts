import type { ModuleDescriptor, ServiceDescriptor } from '../schema/descriptor.ts';
import { homeOf } from '../schema/link.ts';
import { hashOf, type Schema, type SchemaFile } from './contract.ts';
import { nameOf } from './names.ts';

/** The texts of the files that define services, and of all that these include. */
export function collect(services: readonly ServiceDescriptor[]): Schema {
  const collection = new Collection();
  const served = services.map(service => {
    const module = homeOf(service);
    return { name: service.name, file: collection.add(module, nameOf(module.file.replace(/^.*[\\/]/s, ''))) };
  });
  const files = [...collection.files.values()];
  return { services: served, files, hash: hashOf({ services: served, files }) };
}

/** Files under names that say nothing of the file system beyond what is written in the files themselves. */
class Collection {
  readonly files = new Map<string, SchemaFile>();
  readonly #names = new Map<ModuleDescriptor, string>();

  /** Adds a file behind all that it includes, and gives its name: the `wanted` one, if no other file has it. */
  add(module: ModuleDescriptor, wanted: string): string {
    const known = this.#names.get(module);
    if (known !== undefined) return known;
    const includes = new Map<string, string>();
    for (const include of module.includes) {
      for (const path of include.paths) includes.set(path, this.add(include.module, nameOf(path, wanted)));
    }
    let name = wanted;
    for (let nth = 2; !this.#isFree(name, module.source, includes); nth++) name = `${nth}/${wanted}`;
    this.files.set(name, this.files.get(name) ?? { name, text: module.source, includes });
    this.#names.set(module, name);
    return name;
  }

  /** A file that was loaded twice is sent once. */
  #isFree(name: string, text: string, includes: ReadonlyMap<string, string>): boolean {
    const there = this.files.get(name);
    if (there === undefined) return true;
    return (
      there.text === text &&
      there.includes.size === includes.size &&
      [...includes].every(([path, file]) => there.includes.get(path) === file)
    );
  }
}
