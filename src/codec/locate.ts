import type { Protocol } from '../protocol/protocol.ts';
import { resolve, type TypeDescriptor } from '../schema/descriptor.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { ContainerPlan, RecordPlan } from './plan.ts';
import { planOf } from './plan.ts';

/**
 * Decoders only know at which byte they failed. This goes through the bytes again, up to that one, to say in
 * which field it lies: `User.addresses[2].zip`. What stands before it was decoded once, so it is well formed.
 */
export function locate(
  protocol: Protocol,
  plan: RecordPlan,
  root: string,
  r: ByteReader,
  from: number,
  fault: number,
): string {
  const walk = new Walk(protocol, r, fault);
  const path = [root];
  r.pos = from;
  try {
    walk.record(plan, path);
  } catch {
    // The bytes ended, or made no sense, where they were known to: the path is as far as it goes.
  }
  return path.join('');
}

/** The same for a value of any type. */
export function locateIn(
  protocol: Protocol,
  type: TypeDescriptor,
  r: ByteReader,
  from: number,
  fault: number,
): string {
  const walk = new Walk(protocol, r, fault);
  const path = [String(type)];
  r.pos = from;
  try {
    walk.inside(type, path);
  } catch {
    // As above.
  }
  return path.join('');
}

class Walk {
  readonly #protocol: Protocol;
  readonly #r: ByteReader;
  readonly #fault: number;

  constructor(protocol: Protocol, r: ByteReader, fault: number) {
    this.#protocol = protocol;
    this.#r = r;
    this.#fault = fault;
  }

  record(plan: RecordPlan, path: string[]): void {
    const { read } = this.#protocol;
    read.structBegin(this.#r);
    for (let header = read.field(this.#r, 0); header !== 0; ) {
      const field = plan.fields.find(({ id, value }) => ((value.wire << 16) | (id & 0xffff)) === header);
      const type = field?.descriptor.type;
      if (this.#step(header >>> 16, type, path, field === undefined ? '' : `.${field.name}`, true)) return;
      read.fieldEnd(this.#r);
      header = read.field(this.#r, (header << 16) >> 16);
    }
  }

  /** Into a value that holds the fault. */
  inside(declared: TypeDescriptor, path: string[]): void {
    const type = resolve(declared);
    const plan = planOf(type);
    if (plan.kind === 'record') this.record(plan, path);
    else if (plan.kind === 'map') this.#map(plan, path);
    else if (plan.kind !== 'value') this.#elements(plan, path);
  }

  #elements(plan: ContainerPlan & { kind: 'list' | 'set' }, path: string[]): void {
    const { read } = this.#protocol;
    const size = read.list(this.#r, plan.element.wire, 0);
    for (let i = 0; i < size; i++) {
      read.element(this.#r);
      if (this.#step(plan.element.wire, plan.type.element, path, `[${i}]`)) return;
    }
  }

  #map(plan: ContainerPlan & { kind: 'map' }, path: string[]): void {
    const { read } = this.#protocol;
    const size = read.map(this.#r, plan.key.wire, plan.value.wire, 0);
    for (let i = 0; i < size; i++) {
      read.entry(this.#r, i);
      if (this.#step(plan.key.wire, plan.type.key, path, `.key(${i})`)) return;
      read.colon(this.#r);
      if (this.#step(plan.value.wire, plan.type.value, path, `[entry ${i}]`)) return;
    }
  }

  /** Skips a value; when the fault lies in it, goes inside instead and is done. */
  #step(
    wire: number,
    type: TypeDescriptor | undefined,
    path: string[],
    name: string,
    isField = false,
  ): boolean {
    const from = this.#r.pos;
    try {
      if (isField) this.#protocol.skipField(this.#r, wire, 0);
      else this.#protocol.skip(this.#r, wire, 0);
      if (this.#r.pos <= this.#fault) return false;
    } catch {
      // The fault is of a kind that skipping runs into as well.
    }
    path.push(name);
    this.#r.pos = from;
    // Nothing that begins where the fault is was ever looked into: what is too deep may go on without end.
    if (type !== undefined && from < this.#fault) this.inside(type, path);
    return true;
  }
}
