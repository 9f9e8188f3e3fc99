import { hasDuplicates, isOwnIdentity } from '../../values/equality.ts';
import { REFUSED } from '../../wire/writer.ts';
import { isPlainMap } from '../checks.ts';
import type { CodecFinder, Encode } from '../codec.ts';
import type { CodecPlan, ContainerPlan, LeafPlan } from '../plan.ts';
import { recordEncoder } from './encode-record.ts';
import { encodeElements, encodeValue, ValueEncoding } from './encode-value.ts';

/** An encoder as closures, for any protocol: slower than generated source, and legal everywhere. */
export function closureEncoder(plan: CodecPlan, codecs: CodecFinder): Encode {
  switch (plan.kind) {
    case 'record':
      return recordEncoder(plan, codecs);
    case 'value':
      return value(plan.value, codecs);
    case 'map':
      return map(plan, codecs);
    case 'set':
      return set(plan, codecs);
    case 'list':
      return list(plan, codecs);
  }
}

function value(plan: LeafPlan, codecs: CodecFinder): Encode {
  const { write } = codecs.protocol;
  const leaf = new ValueEncoding(plan, codecs);
  return (w, v, at, depth) => encodeValue(write, leaf, w, v, at, depth);
}

function list(plan: ContainerPlan & { kind: 'list' }, codecs: CodecFinder): Encode {
  const { write } = codecs.protocol;
  const element = new ValueEncoding(plan.element, codecs);
  return (w, v, at, depth) => {
    if (depth > w.maxDepth || !Array.isArray(v)) throw REFUSED;
    const size = v.length;
    at = encodeElements(write, element, w, v, write.list(w, at, plan.element.wire, size), depth + 1);
    if (v.length !== size) throw REFUSED;
    return write.listEnd(w, at);
  };
}

function set(plan: ContainerPlan & { kind: 'set' }, codecs: CodecFinder): Encode {
  const { write } = codecs.protocol;
  const element = new ValueEncoding(plan.element, codecs);
  return (w, v, at, depth) => {
    if (depth > w.maxDepth) throw REFUSED;
    const size = Array.isArray(v) ? v.length : v instanceof Set ? v.size : -1;
    if (size < 0 || hasDuplicates(plan.type.element, v as Set<unknown>)) throw REFUSED;
    at = write.list(w, at, plan.element.wire, size);
    let count = 0;
    for (const member of v as Iterable<unknown>) {
      if (count++ === size) throw REFUSED;
      at = encodeValue(write, element, w, member, write.element(w, at), depth + 1);
    }
    if (count !== size) throw REFUSED;
    return write.listEnd(w, at);
  };
}

function map(plan: ContainerPlan & { kind: 'map' }, codecs: CodecFinder): Encode {
  const { write, writeKey } = codecs.protocol;
  const [key, value] = [new ValueEncoding(plan.key, codecs), new ValueEncoding(plan.value, codecs)];
  const [byIdentity, takesObject] = [isOwnIdentity(plan.type.key), plan.key.kind === 'string'];
  return (w, v, at, depth) => {
    if (depth > w.maxDepth) throw REFUSED;
    const entries =
      v instanceof Map ? v : takesObject && isPlainMap(v) ? new Map(Object.entries(v)) : undefined;
    if (entries === undefined) throw REFUSED;
    if (!byIdentity && hasDuplicates(plan.type.key, new Set(entries.keys()))) throw REFUSED;
    const size = entries.size;
    at = write.map(w, at, plan.key.wire, plan.value.wire, size);
    let count = 0;
    for (const [k, m] of entries) {
      if (count === size) throw REFUSED;
      at = encodeValue(writeKey, key, w, k, write.entry(w, at, count++), depth + 1);
      at = encodeValue(write, value, w, m, write.colon(w, at), depth + 1);
    }
    if (count !== size) throw REFUSED;
    return write.mapEnd(w, at);
  };
}
