import { inspect } from 'node:util';
import { codecsByProtocol } from './codec/by-protocol.ts';
import { deserializeWith, serializeWith } from './codec/checked.ts';
import { defaultLimits, type Limits, withLimits } from './limits.ts';
import { checkOptions } from './options.ts';
import type { ProtocolName } from './protocol/protocol.ts';
import type { TypeDescriptor } from './schema/descriptor.ts';
import type { AnyStructClass, InputOf } from './values/classes.ts';
import type { EnumObject } from './values/enums.ts';
import { descriptorOf, type TypeLike } from './values/module.ts';
import { ByteReader } from './wire/reader.ts';
import { Slab } from './wire/slab.ts';

export interface SerializeOptions {
  /** Default: `binary`. */
  readonly protocol?: ProtocolName;
  /** Only `depth` matters here. */
  readonly limits?: Partial<Limits>;
}

/** Taken while in use: a getter of the value may serialize another. */
let slab: Slab | undefined;
/** Decoding runs nobody's code but ours, so that one serves all. */
const ordinary = new ByteReader(defaultLimits);
/** The same for up to so many bytes, which are copied into its own. */
const SMALL = 512;
const small = new ByteReader(defaultLimits);
small.attach(Buffer.allocUnsafeSlow(SMALL));

/**
 * A value's bytes, with no message around them; up to 1 KiB of them share their memory with others, as those of small
 * Buffers do. `type` is a loaded class or enum, or what
 * `type(module, 'list<User>')` gives. Throws a ValueError with the path of what does not fit.
 */
export function serialize<C extends AnyStructClass>(
  type: C,
  value: InputOf<C>,
  options?: SerializeOptions,
): Uint8Array;
export function serialize(
  type: EnumObject | TypeDescriptor,
  value: unknown,
  options?: SerializeOptions,
): Uint8Array;
export function serialize(type: TypeLike, value: unknown, options?: SerializeOptions): Uint8Array {
  const limits = options === undefined ? defaultLimits : limitsOf(options);
  const codecs = codecsByProtocol[options?.protocol ?? 'binary'];
  const used = slab !== undefined && slab.writer.maxDepth === limits.depth ? slab : new Slab(limits.depth);
  slab = undefined;
  try {
    return used.end(serializeWith(codecs, descriptorOf(type), value, used.writer, used.begin()));
  } finally {
    slab = used;
  }
}

/**
 * The value of bytes that `serialize`, or any other Thrift, wrote. Throws a DecodeError with the path and the
 * offset of what is wrong, also when bytes are left over.
 */
export function deserialize<C extends { readonly prototype: object }>(
  type: C,
  bytes: Uint8Array,
  options?: SerializeOptions,
): C['prototype'];
export function deserialize(type: TypeLike, bytes: Uint8Array, options?: SerializeOptions): unknown;
export function deserialize(type: object, bytes: Uint8Array, options?: SerializeOptions): unknown {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `deserialize: expected the bytes as a Uint8Array, got ${inspect(bytes, { depth: 0, maxStringLength: 40 })}`,
    );
  }
  const reader = readerOf(bytes, options);
  reader.window(0, bytes.byteLength, false);
  try {
    return deserializeWith(
      codecsByProtocol[options?.protocol ?? 'binary'],
      descriptorOf(type as TypeLike),
      reader,
    );
  } finally {
    if (reader !== small) reader.detach();
  }
}

/** A reader at the beginning of the bytes. Few of them are copied: that takes less time than a view of them does. */
function readerOf(bytes: Uint8Array, options: SerializeOptions | undefined): ByteReader {
  if (options === undefined && bytes.byteLength <= SMALL) {
    small.bytes.set(bytes);
    return small;
  }
  const reader = options === undefined ? ordinary : new ByteReader(limitsOf(options));
  reader.attach(
    Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  );
  return reader;
}

function limitsOf(options: SerializeOptions): Limits {
  checkOptions('serialize', options, ['protocol', 'limits']);
  if (options.protocol !== undefined && !Object.hasOwn(codecsByProtocol, options.protocol)) {
    const names = Object.keys(codecsByProtocol).join(', ');
    throw new TypeError(`protocol: expected one of ${names}, got "${String(options.protocol)}"`);
  }
  return withLimits(options.limits);
}
