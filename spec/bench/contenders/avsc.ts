import type { EchoMethod } from '../workloads/values.ts';
import { type CodecOf, ownedCodec } from './contender.ts';
import { packageOf } from './packages.ts';

interface Avsc {
  readonly Type: { forSchema(schema: unknown): AvroType };
}

interface AvroType {
  fromBuffer(bytes: Uint8Array): unknown;
  toBuffer(value: unknown): Uint8Array;
  clone(value: object): object;
}

/** Avro with records; a long is a number there. */
export function avsc(): CodecOf {
  const { Type } = packageOf<Avsc>('avsc');
  return struct => {
    const type = Type.forSchema(schemas[struct]);
    return ownedCodec(
      value => type.clone(value),
      native => type.toBuffer(native),
      bytes => type.fromBuffer(bytes),
    );
  };
}

const record = (name: string, fields: Readonly<Record<string, unknown>>): object => ({
  type: 'record',
  name,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
});
const array = (items: unknown): object => ({ type: 'array', items });
const map = (values: unknown): object => ({ type: 'map', values });

const schemas: Readonly<Record<EchoMethod, object>> = {
  small: record('Small', { id: 'int', name: 'string', active: 'boolean', score: 'double' }),
  medium: record('Medium', {
    id: 'long',
    name: 'string',
    email: 'string',
    age: 'int',
    active: 'boolean',
    balance: 'double',
    address: record('Address', { street: 'string', city: 'string', zip: 'string', country: 'string' }),
    tags: array('string'),
    items: array(record('Item', { sku: 'string', quantity: 'int', price: 'double' })),
    attributes: map('string'),
  }),
  ints: record('Ints', { values: array('int') }),
  doubles: record('Doubles', { values: array('double') }),
  blob: record('Blob', { value: 'bytes' }),
  texts: record('Texts', { values: array('string') }),
  counts: record('Counts', { values: map('int') }),
};
