import { readMessage, readMessageEnd, writeMessage, writeMessageEnd } from './json-message.ts';
import { values as reader, skip } from './json-read.ts';
import { JsonScanner } from './json-scanner.ts';
import { behindBlanks } from './json-tokens.ts';
import { jsonNameOf } from './json-types.ts';
import { keys, values as writer } from './json-write.ts';
import type { Protocol } from './protocol.ts';

/**
 * Apache's JSON protocol (the comment of the C++ TJSONProtocol.h is all there is of a specification). A struct is `{"1":{"i32":5}}`, by field ids and with the types' names.
 * It is written so that every library reads it, and read however one of them writes it.
 */
export const json: Protocol = {
  name: 'json',
  holds: type => jsonNameOf(type) !== undefined,
  typesEmptyMaps: true,
  readMessage,
  writeMessage,
  readMessageEnd,
  writeMessageEnd,
  // Some clients end each message with a new line.
  skipGap: behindBlanks,
  scanner: limits => new JsonScanner(limits),
  skip,
  skipField: skip,
  write: writer,
  writeKey: keys,
  read: reader,
};
