import { binary } from '../protocol/binary.ts';
import { compact } from '../protocol/compact.ts';
import { json } from '../protocol/json.ts';
import type { ProtocolName } from '../protocol/protocol.ts';
import { Codecs } from './codecs.ts';

/** The codecs of each protocol. Calls and `serialize` share them: a type is compiled once for both. */
export const codecsByProtocol: Readonly<Record<ProtocolName, Codecs>> = Object.freeze({
  binary: new Codecs(binary),
  compact: new Codecs(compact),
  json: new Codecs(json),
});
