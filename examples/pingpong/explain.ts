import type { ServiceDescriptor, TypeDescriptor } from 'livethrift';

/** Some bytes of a message, and what they say. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly meaning: string;
}

/** What is known of a field beside its id, which alone is sent. */
interface Field {
  readonly id: number;
  readonly name: string;
  readonly type: TypeDescriptor | undefined;
}

const messageTypes = ['', 'call', 'reply', 'exception', 'oneway call'];

const wireTypes: Readonly<Record<number, string>> = {
  2: 'bool',
  3: 'i8',
  4: 'double',
  6: 'i16',
  8: 'i32',
  10: 'i64',
  11: 'string',
  12: 'struct',
  13: 'map',
  14: 'set',
  15: 'list',
  16: 'uuid',
};

const applicationException: readonly Field[] = [
  { id: 1, name: 'message', type: undefined },
  { id: 2, name: 'type', type: undefined },
];

const deepest = 64;

/** Thrown where the bytes end before the message does. */
class Incomplete extends Error {}

/**
 * Takes the binary message at the beginning of `bytes` apart, by the descriptor of its service; undefined while some
 * of it is still to come. Thrift sends ids and types of fields; names, enums, and what is text, only the IDL knows.
 * Throws for what is no strict binary message.
 */
export function explain(bytes: Buffer, service: ServiceDescriptor): readonly Piece[] | undefined {
  try {
    return new Explainer(bytes).message(service);
  } catch (error) {
    if (error instanceof Incomplete) return undefined;
    throw error;
  }
}

class Explainer {
  readonly #bytes: Buffer;
  readonly #pieces: Piece[] = [];
  #at = 0;
  #depth = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  message(service: ServiceDescriptor): readonly Piece[] {
    const kind = this.#take(4, bytes => {
      const type = messageTypes[bytes[3]!];
      if (bytes.readUInt16BE(0) !== 0x8001 || !type) throw new Error('this is not the binary protocol');
      return `binary protocol, version 1: ${type}`;
    })[3]!;
    const name = this.#text('name of the method');
    this.#take(4, bytes => `sequence id ${bytes.readInt32BE(0)}`);
    this.#fields(fieldsOf(service, name.toString(), kind));
    return this.#pieces;
  }

  #fields(fields: readonly Field[]): void {
    for (;;) {
      const type = this.#peek(1)[0]!;
      if (type === 0) break;
      const id = this.#peek(3).readInt16BE(1);
      const field = fields.find(field => field.id === id);
      this.#take(3, () => `field ${id}: ${field?.name ?? 'not in the IDL'}, ${nameOf(type)}`);
      this.#value(type, field?.type);
    }
    this.#take(1, () => 'end of the fields');
  }

  #value(wire: number, declared: TypeDescriptor | undefined): void {
    if (++this.#depth > deepest) throw new Error(`more than ${deepest} values in one another`);
    const type = resolve(declared);
    switch (wire) {
      case 2:
        this.#take(1, bytes => String(bytes[0] !== 0));
        break;
      case 3:
        this.#take(1, bytes => String(bytes.readInt8(0)));
        break;
      case 4:
        this.#take(8, bytes => String(bytes.readDoubleBE(0)));
        break;
      case 6:
        this.#take(2, bytes => String(bytes.readInt16BE(0)));
        break;
      case 8:
        this.#take(4, bytes => {
          const number = bytes.readInt32BE(0);
          const member = type?.kind === 'enum' ? type.byValue.get(number)?.name : undefined;
          return member === undefined ? String(number) : `${member}, which is ${number}`;
        });
        break;
      case 10:
        this.#take(8, bytes => String(bytes.readBigInt64BE(0)));
        break;
      case 11:
        this.#text('length', type?.kind === 'binary');
        break;
      case 12:
        this.#fields(type && 'fields' in type ? type.fields : []);
        break;
      case 13: {
        const [key, value] = this.#peek(2) as unknown as [number, number];
        const size = this.#take(6, bytes => `${count(bytes, 2)} entries, ${nameOf(key)} to ${nameOf(value)}`);
        for (let left = count(size, 2); left > 0; left--) {
          this.#value(key, type?.kind === 'map' ? type.key : undefined);
          this.#value(value, type?.kind === 'map' ? type.value : undefined);
        }
        break;
      }
      case 14:
      case 15: {
        const element = this.#peek(1)[0]!;
        const size = this.#take(5, bytes => `${count(bytes, 1)} elements, each ${nameOf(element)}`);
        for (let left = count(size, 1); left > 0; left--)
          this.#value(element, type && 'element' in type ? type.element : undefined);
        break;
      }
      case 16:
        this.#take(16, bytes => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
        break;
      default:
        throw new Error(`no type of Thrift has the number ${wire}`);
    }
    this.#depth--;
  }

  #text(label: string, binary = false): Buffer {
    const size = count(
      this.#take(4, bytes => `${label}, ${count(bytes, 0)} bytes`),
      0,
    );
    return this.#take(size, bytes => (binary ? 'binary' : JSON.stringify(bytes.toString())));
  }

  /** The next bytes, which are not taken yet. */
  #peek(size: number): Buffer {
    if (this.#bytes.length - this.#at < size) throw new Incomplete();
    return this.#bytes.subarray(this.#at, this.#at + size);
  }

  #take(size: number, meaning: (bytes: Buffer) => string): Buffer {
    const bytes = this.#peek(size);
    this.#pieces.push({ bytes, meaning: `${'  '.repeat(this.#depth)}${meaning(bytes)}` });
    this.#at += size;
    return bytes;
  }
}

function fieldsOf(service: ServiceDescriptor, name: string, kind: number): readonly Field[] {
  const method = service.methods.get(name);
  if (kind === 3) return applicationException;
  if (kind !== 2) return method?.parameters ?? [];
  return [{ id: 0, name: 'the result', type: method?.returns }, ...(method?.throws ?? [])];
}

function resolve(type: TypeDescriptor | undefined) {
  let current = type;
  while (current?.kind === 'typedef') current = current.type;
  return current;
}

function nameOf(wire: number): string {
  return wireTypes[wire] ?? `type ${wire}`;
}

function count(bytes: Buffer, at: number): number {
  const size = bytes.readInt32BE(at);
  if (size < 0) throw new Error(`a size below zero: ${size}`);
  return size;
}
