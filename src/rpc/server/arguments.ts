import { decodeChecked } from '../../codec/checked.ts';
import { locate } from '../../codec/locate.ts';
import { planTuple } from '../../codec/plan.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { Method } from '../method.ts';

/** Reads the arguments of a call, and moves behind its message. Throws a DecodeError where they do not fit. */
export function readArguments(r: ByteReader, method: Method, protocol: Protocol): unknown[] {
  const args = decodeChecked(method.args, r, (start, fault) =>
    locate(protocol, planTuple(method.descriptor.parameters), method.fullName, r, start, fault),
  ) as unknown[];
  protocol.readMessageEnd(r);
  return args;
}
