import { deserialize, serialize } from 'node:v8';
import { type CodecOf, ownedCodec } from './contender.ts';

/** JSON, to bytes and from them. It has no binary. */
export const json: CodecOf = struct =>
  struct === 'blob'
    ? undefined
    : ownedCodec(
        value => value,
        value => Buffer.from(JSON.stringify(value)),
        bytes => JSON.parse((bytes as Buffer).toString()) as unknown,
      );

/** What Node itself puts values into. */
export const v8: CodecOf = () =>
  ownedCodec(
    value => value,
    value => serialize(value),
    bytes => deserialize(bytes),
  );
