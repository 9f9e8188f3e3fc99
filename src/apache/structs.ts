import { type StructClass, typeOfClass } from '../values/classes.ts';
import { draw } from './draw.ts';
import { pour } from './pour.ts';
import type { ApacheProtocol } from './protocol.ts';
import { decoded, encoded, structRecord } from './records.ts';

/** What generated structs have beside their fields. */
export interface ApacheStruct {
  /** Takes over all fields from a protocol. Throws what the protocol throws, and a TProtocolException with its path for what does not fit. */
  read(input: ApacheProtocol): void;
  /** Throws a ValueError with the path of what does not fit, before anything is written. */
  write(output: ApacheProtocol): void;
}

/** A loaded class whose instances read and write themselves, as those of generated classes do. */
export interface ApacheStructClass<T extends object, Input> {
  /** Without values also where a field is required: for `read`. */
  new (init?: Input): T & ApacheStruct;
  readonly prototype: T & ApacheStruct;
}

/**
 * A loaded struct, union or exception as a class like those that Apache's compiler generates: with `read(input)`
 * and `write(output)`, for any protocol of npm's `thrift`. Its instances are instances of the loaded class too;
 * what lies inside them are plain loaded classes. Throws a TypeError for a type with a field called `read` or
 * `write`.
 */
export function apacheStruct<T extends object, Input>(
  made: StructClass<T, Input>,
): ApacheStructClass<T, Input> {
  const type = typeOfClass(made);
  if (type === undefined)
    throw new TypeError('apacheStruct: expected the class of a loaded struct, union or exception');
  const hidden = ['read', 'write'].find(name => type.byName.has(name));
  if (hidden !== undefined) {
    throw new TypeError(
      `apacheStruct: ${type} has a field called "${hidden}", which hides the method; use serialize and deserialize`,
    );
  }
  const record = structRecord(type);
  const Loaded = made as unknown as new (init?: object) => object;
  const adapted = class extends Loaded implements ApacheStruct {
    read(input: ApacheProtocol): void {
      const value = decoded(record, draw(input, type.byId)) as object;
      // An exception keeps the stack of where it was made.
      const keys = (of: object) =>
        Reflect.ownKeys(of).filter(key => type.kind !== 'exception' || key !== 'stack');
      for (const key of keys(this)) Reflect.deleteProperty(this, key);
      for (const key of keys(value)) {
        const property = Object.getOwnPropertyDescriptor(value, key);
        Object.defineProperty(this, key, { ...property, configurable: true });
      }
    }

    write(output: ApacheProtocol): void {
      pour(output, record.shape, encoded(record, this));
    }
  };
  Object.defineProperty(adapted, 'name', { value: type.name });
  return adapted as unknown as ApacheStructClass<T, Input>;
}
