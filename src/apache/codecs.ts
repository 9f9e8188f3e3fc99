import { Codecs } from '../codec/codecs.ts';
import { binary } from '../protocol/binary.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { type WireType, wireType } from '../protocol/types.ts';
import { Dialect } from '../rpc/dialect.ts';
import { REFUSED } from '../wire/writer.ts';

/** Our binary protocol without fbthrift's `float`, for which npm's protocols have no form. */
const holdsApache = (type: WireType): boolean => type !== wireType.float;

const piped: Protocol = {
  ...binary,
  holds: holdsApache,
  write: {
    ...binary.write,
    float() {
      throw REFUSED;
    },
    list(w, at, element, size) {
      if (!holdsApache(element)) throw REFUSED;
      return binary.write.list(w, at, element, size);
    },
    map(w, at, key, value, size) {
      if (!holdsApache(key) || !holdsApache(value)) throw REFUSED;
      return binary.write.map(w, at, key, value, size);
    },
  },
};

/**
 * The codecs that stand behind npm's protocols. Values go through them to and from our own binary form, and from
 * there through whatever TProtocol there is: so what Thrift means by a type, and what is refused, is the same as
 * on our own connections.
 */
export const codecs: Codecs = new Codecs(piped, 'closures');

/** Their methods, and their exception message. */
export const dialect: Dialect = new Dialect(codecs);
