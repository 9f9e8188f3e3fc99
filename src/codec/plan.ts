import { type WireType, wireType } from '../protocol/types.ts';
import {
  type EnumDescriptor,
  type FieldDescriptor,
  type ListDescriptor,
  type MapDescriptor,
  type ResolvedType,
  resolve,
  type SetDescriptor,
  type StructDescriptor,
  type TypeDescriptor,
} from '../schema/descriptor.ts';
import { defaultOf } from '../values/classes.ts';
import { isInherited, isSetAside } from '../values/fields.ts';
import { isShareable } from '../values/literals.ts';

/**
 * A plan says once what Thrift means by a type: what is written when, what is refused, where a field lives.
 * Two printers follow it, generated source and closures, for each protocol.
 */
export type ValuePlan = LeafPlan | ChildPlan;

/** A value whose code stands in the codec that holds it. */
export type LeafPlan =
  | {
      readonly kind: 'bool' | 'i8' | 'i16' | 'i32' | 'float' | 'double' | 'binary' | 'uuid';
      readonly wire: WireType;
    }
  | { readonly kind: 'i64'; readonly wire: WireType; readonly as: 'bigint' | 'number' }
  | { readonly kind: 'string'; readonly wire: WireType; readonly strict: boolean }
  | { readonly kind: 'enum'; readonly wire: WireType; readonly type: EnumDescriptor };

/** A value with a codec of its own. */
export interface ChildPlan {
  readonly kind: 'child';
  readonly wire: WireType;
  readonly type: ContainerDescriptor | StructDescriptor;
}

export type ContainerDescriptor = ListDescriptor | SetDescriptor | MapDescriptor;

export type CodecPlan = RecordPlan | ContainerPlan | ValueCodecPlan;

/**
 * Fields by id: a struct, union or exception, or a `tuple`, the arguments or the result of a method, whose
 * values stand in an array.
 */
export interface RecordPlan {
  readonly kind: 'record';
  readonly form: 'struct' | 'union' | 'exception' | 'tuple';
  /** Absent for a tuple. */
  readonly type?: StructDescriptor;
  readonly fields: readonly FieldPlan[];
}

export interface FieldPlan {
  readonly descriptor: FieldDescriptor;
  /** In declaration order, from 0. */
  readonly index: number;
  readonly id: number;
  readonly name: string;
  readonly value: ValuePlan;
  /** Refused when unset, in both directions. */
  readonly required: boolean;
  /** Gives the default: a new value each time where it could be changed. */
  readonly initial?: () => unknown;
  /** One default serves all. */
  readonly shareable: boolean;
  /** `named`: a plain property; `own`: only if it is an own one; `aside`: an exception's property `fields` has it. */
  readonly access: 'named' | 'own' | 'aside';
}

export type ContainerPlan =
  | { readonly kind: 'list'; readonly type: ListDescriptor; readonly element: ValuePlan }
  | { readonly kind: 'set'; readonly type: SetDescriptor; readonly element: ValuePlan }
  | {
      readonly kind: 'map';
      readonly type: MapDescriptor;
      readonly key: ValuePlan;
      readonly value: ValuePlan;
    };

/** A leaf on its own, for `serialize('i32')` and the like. */
export interface ValueCodecPlan {
  readonly kind: 'value';
  readonly value: LeafPlan;
}

/** The plan of a type's codec. */
export function planOf(type: ResolvedType): CodecPlan {
  switch (type.kind) {
    case 'struct':
    case 'union':
    case 'exception':
      return { kind: 'record', form: type.kind, type, fields: planFields(type.fields, type) };
    case 'list':
    case 'set':
      return { kind: type.kind, type, element: planValue(type.element) } as ContainerPlan;
    case 'map':
      return { kind: 'map', type, key: planValue(type.key), value: planValue(type.value) };
    default:
      return { kind: 'value', value: planValue(type) as LeafPlan };
  }
}

/** The plan of a method's arguments or result. */
export function planTuple(fields: readonly FieldDescriptor[]): RecordPlan {
  return { kind: 'record', form: 'tuple', fields: planFields(fields, undefined) };
}

function planFields(
  fields: readonly FieldDescriptor[],
  owner: StructDescriptor | undefined,
): readonly FieldPlan[] {
  return fields.map((descriptor, index) => {
    const initial = owner?.kind === 'union' ? undefined : defaultOf(descriptor);
    const access = owner === undefined ? 'named' : accessOf(owner, descriptor);
    return {
      descriptor,
      index,
      id: descriptor.id,
      name: descriptor.name,
      value: planValue(descriptor.type),
      required: descriptor.requiredness === 'required',
      ...(initial === undefined ? {} : { initial }),
      shareable: descriptor.defaultValue !== undefined && isShareable(descriptor.defaultValue),
      access,
    };
  });
}

function accessOf(owner: StructDescriptor, field: FieldDescriptor): FieldPlan['access'] {
  if (isSetAside(owner, field)) return 'aside';
  return isInherited(owner, field.name) ? 'own' : 'named';
}

function planValue(declared: TypeDescriptor): ValuePlan {
  const type = resolve(declared);
  switch (type.kind) {
    case 'i64':
      return { kind: 'i64', wire: wireType.i64, as: type.as };
    case 'string':
      return { kind: 'string', wire: wireType.string, strict: type.utf8 === 'strict' };
    case 'enum':
      return { kind: 'enum', wire: wireType.i32, type };
    case 'binary':
      return { kind: 'binary', wire: wireType.string };
    case 'list':
    case 'set':
    case 'map':
      return { kind: 'child', wire: wireType[type.kind], type };
    case 'struct':
    case 'union':
    case 'exception':
      return { kind: 'child', wire: wireType.struct, type };
    default:
      return { kind: type.kind, wire: wireType[type.kind] };
  }
}
