import type { FieldDescriptor, ServiceDescriptor } from 'livethrift';

/** Some bytes of a message, and what they say. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly meaning: string;
}

const messageTypes = ['', 'call', 'reply', 'exception', 'oneway call'];

/**
 * Takes a strict binary message of a service apart, as PingPong's are: strings in one flat struct. Thrift sends
 * the fields' ids and types; their names are only in the IDL.
 */
export function explain(message: Buffer, service: ServiceDescriptor): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const take = (size: number, meaning: string) => {
    pieces.push({ bytes: message.subarray(at, at + size), meaning });
    at += size;
  };
  const takeText = (label: string): string => {
    const size = message.readInt32BE(at);
    take(4, `${label}, ${size} bytes`);
    const text = message.toString('utf8', at, at + size);
    take(size, JSON.stringify(text));
    return text;
  };

  take(4, `binary protocol, version 1: ${messageTypes[message[at + 3]!]}`);
  const method = service.methods.get(takeText('name of the method'));
  take(4, `sequence id ${message.readInt32BE(at)}`);
  while (at < message.length && message[at] !== 0) {
    const id = message.readInt16BE(at + 1);
    take(3, `field ${id}: ${id === 0 ? 'the result' : nameOf(method?.parameters, id)}`);
    takeText('a string');
  }
  take(1, 'end of the fields');
  return pieces;
}

function nameOf(fields: readonly FieldDescriptor[] | undefined, id: number): string {
  return fields?.find(field => field.id === id)?.name ?? 'not in the IDL';
}
