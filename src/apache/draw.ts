import { defaultLimits } from '../limits.ts';
import { binary } from '../protocol/binary.ts';
import { fieldDepth, wireType } from '../protocol/types.ts';
import { type FieldDescriptor, type ResolvedType, resolve } from '../schema/descriptor.ts';
import { isUuid } from '../wire/uuid.ts';
import { ByteWriter } from '../wire/writer.ts';
import { holdsBytes, isJson, present, protocolError } from './npm.ts';
import type { ApacheProtocol } from './protocol.ts';

const { write } = binary;
const { depth: maxDepth, message: maxSize } = defaultLimits;
const wireTypes: ReadonlySet<unknown> = new Set(
  Object.values(wireType).filter(type => type !== wireType.stop && type !== wireType.float),
);

type Fields = ReadonlyMap<number, FieldDescriptor>;

/**
 * Reads a record through one of npm's protocols into our binary form, and gives its bytes. Nothing of the schema
 * is checked here: the codec that reads the bytes does that, when npm's protocol is behind the record already.
 * What is declared only tells texts from bytes. Throws what the protocol throws, and a TProtocolException for
 * what cannot be: the stream is out of step then, unless it is cut into messages some other way.
 */
export function draw(input: ApacheProtocol, fields: Fields | undefined): Buffer {
  const intake = new Intake(input);
  intake.record(fields, 0);
  return intake.bytes;
}

class Intake {
  readonly #input: ApacheProtocol;
  readonly #w = new ByteWriter(256, maxDepth);
  readonly #isJson: boolean;
  readonly #hasBytes: boolean;
  #at = 0;

  constructor(input: ApacheProtocol) {
    this.#input = input;
    this.#isJson = isJson(input);
    this.#hasBytes = holdsBytes(input);
  }

  get bytes(): Buffer {
    return this.#w.bytes.subarray(0, this.#at);
  }

  record(fields: Fields | undefined, depth: number): void {
    const input = this.#input;
    this.#descend(depth);
    input.readStructBegin();
    for (;;) {
      const { ftype, fid } = input.readFieldBegin();
      if (ftype === wireType.stop) break;
      if ((fid << 16) >> 16 !== fid) throw protocolError('INVALID_DATA', `there is no field id ${fid}`);
      this.#at = write.field(this.#w, this.#at, this.#known(ftype), fid, 0);
      const field = fields?.get(fid);
      if (ftype === wireType.bool) this.#at = write.bool(this.#w, this.#at, input.readBool());
      else
        this.#value(ftype, field === undefined ? undefined : resolve(field.type), fieldDepth(ftype, depth));
      input.readFieldEnd();
    }
    input.readStructEnd();
    this.#at = write.stop(this.#w, this.#at);
  }

  #value(wire: number, type: ResolvedType | undefined, depth: number): void {
    const [input, w, at] = [this.#input, this.#w, this.#at];
    if (at > maxSize) throw protocolError('SIZE_LIMIT', `the message takes more than ${maxSize} bytes`);
    switch (wire) {
      case wireType.bool:
        // Not readBool: of a compact container npm's reads every element as false (0.24).
        this.#at = write.bool(w, at, this.#integer(input.readByte(), 8) === 1);
        return;
      case wireType.i8:
        this.#at = write.i8(w, at, this.#integer(input.readByte(), 8));
        return;
      case wireType.i16:
        this.#at = write.i16(w, at, this.#integer(input.readI16(), 16));
        return;
      case wireType.i32:
        this.#at = write.i32(w, at, this.#integer(input.readI32(), 32));
        return;
      case wireType.i64: {
        const { buffer, offset = 0 } = input.readI64();
        this.#at = write.i64(w, at, Buffer.from(buffer).readBigInt64BE(offset));
        return;
      }
      case wireType.double:
        this.#at = write.double(w, at, input.readDouble());
        return;
      case wireType.uuid:
        this.#at = write.uuid(w, at, this.#uuid());
        return;
      case wireType.string:
        this.#at = write.binary(w, at, this.#bytes(type));
        return;
      case wireType.map:
        return this.#map(type?.kind === 'map' ? type : undefined, depth);
      case wireType.list:
      case wireType.set:
        return this.#elements(wire, type?.kind === 'list' || type?.kind === 'set' ? type : undefined, depth);
      default:
        return this.record(type !== undefined && 'byId' in type ? type.byId : undefined, depth);
    }
  }

  #elements(wire: number, type: ElementsType | undefined, depth: number): void {
    const input = this.#input;
    this.#descend(depth);
    const { etype, size } = wire === wireType.list ? input.readListBegin() : input.readSetBegin();
    this.#checkSize(size, 'elements');
    this.#at = write.list(this.#w, this.#at, size === 0 ? wireType.bool : this.#known(etype), size);
    const element = type === undefined ? undefined : resolve(type.element);
    for (let i = 0; i < size; i++) this.#value(etype, element, depth + 1);
    if (wire === wireType.list) input.readListEnd();
    else input.readSetEnd();
  }

  #map(type: MapType | undefined, depth: number): void {
    const input = this.#input;
    this.#descend(depth);
    const { ktype, vtype, size } = input.readMapBegin();
    this.#checkSize(size, 'entries');
    const types = size === 0 ? ([wireType.bool, wireType.bool] as const) : [ktype, vtype].map(this.#known);
    this.#at = write.map(this.#w, this.#at, types[0]!, types[1]!, size);
    const key = type === undefined ? undefined : resolve(type.key);
    const value = type === undefined ? undefined : resolve(type.value);
    for (let i = 0; i < size; i++) {
      this.#value(ktype, key, depth + 1);
      this.#value(vtype, value, depth + 1);
    }
    input.readMapEnd();
  }

  /** A text protocol has bytes in another form than texts; of the others npm would read any bytes as text. */
  #bytes(type: ResolvedType | undefined): Uint8Array {
    if (this.#hasBytes || type?.kind === 'binary') return this.#input.readBinary();
    const text: unknown = this.#input.readString();
    if (typeof text !== 'string')
      throw protocolError('INVALID_DATA', `expected a string, got ${typeof text} ${String(text)}`);
    return Buffer.from(text);
  }

  #uuid(): string {
    if (this.#input.readUuid === undefined)
      throw protocolError('INVALID_DATA', 'this protocol has no uuid; those of thrift 0.24 have');
    const text: unknown = this.#input.readUuid();
    if (!isUuid(text)) throw protocolError('INVALID_DATA', `${String(text)} is no uuid`);
    return text;
  }

  /** What a text says may be anything, and so may a varint. */
  #integer(value: unknown, bits: 8 | 16 | 32): number {
    const spare = 32 - bits;
    if (typeof value !== 'number' || (value << spare) >> spare !== value)
      throw protocolError('INVALID_DATA', `expected an integer of ${bits} bits, got ${String(value)}`);
    return value;
  }

  readonly #known = (type: number): KnownType => {
    if (!wireTypes.has(type))
      throw protocolError('INVALID_DATA', `there is no type with the id ${String(type)}`);
    return type as KnownType;
  };

  /** Elements take at least a byte each, so a size is checked by reading them; but a text protocol's cost nothing. */
  #checkSize(size: number, what: 'elements' | 'entries'): void {
    if (!Number.isInteger(size) || size > 0x7fffffff)
      throw protocolError('INVALID_DATA', `there cannot be ${String(size)} ${what}`);
    if (size < 0) throw protocolError('NEGATIVE_SIZE', `there cannot be ${size} ${what}`);
    if (!this.#isJson || size === 0) return;
    const there = present(this.#input, what);
    if (size > there)
      throw protocolError('SIZE_LIMIT', `a container claims ${size} ${what}, the message has ${there}`);
  }

  #descend(depth: number): void {
    if (depth > maxDepth) throw protocolError('DEPTH_LIMIT', `nested deeper than ${maxDepth}`);
  }
}

type ElementsType = Extract<ResolvedType, { kind: 'list' | 'set' }>;
type MapType = Extract<ResolvedType, { kind: 'map' }>;
type KnownType = Exclude<(typeof wireType)[keyof typeof wireType], 0>;
