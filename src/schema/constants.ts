import type { Annotation, ReferenceValue, Span, StructValue, Value } from '../idl/ast.ts';
import type {
  FieldDescriptor,
  ListDescriptor,
  Literal,
  MapDescriptor,
  ResolvedType,
  SetDescriptor,
  StructDescriptor,
  TypeDescriptor,
} from './descriptor.ts';
import { resolve } from './descriptor.ts';
import { Extents } from './extent.ts';
import { type Input, type MapInput, unfold } from './input.ts';
import type { Linking } from './linking.ts';
import { ServiceNode, unknownLiteral, unknownType } from './nodes.ts';
import { enumLiteral, scalarLiteral, wrongType } from './scalars.ts';
import { SealedMap } from './sealed-map.ts';
import { didYouMean } from './suggest.ts';

/** What the evaluators of all files of a link share. */
export class EvaluationMemory {
  readonly extents: Extents = new Extents();
  /** Literals that references brought to another type. */
  readonly fitted: WeakMap<Literal, Map<ResolvedType, Literal | undefined>> = new WeakMap();
  /** Fields that have a default, whether it is evaluated yet or not. */
  readonly withDefault: Set<FieldDescriptor> = new Set();
}

/** Turns the values written in one file into checked literals. What is wrong is reported, and nothing returned. */
export class Evaluator {
  readonly #linking: Linking;
  readonly #memory: EvaluationMemory;

  constructor(linking: Linking, memory: EvaluationMemory) {
    this.#linking = linking;
    this.#memory = memory;
  }

  /** Constants that the value names must be evaluated before. */
  evaluate(value: Value, type: TypeDescriptor): Literal | undefined {
    return this.#evaluate(value, type);
  }

  /** `@Name{...}` as a literal when `Name` is a struct that is known here. */
  structured(annotation: Annotation): Literal | undefined {
    const named = this.#linking.scope.peekType(annotation.name.text);
    if (named === undefined || named instanceof ServiceNode) return undefined;
    if (resolve(named).kind !== 'struct') return undefined;
    const { start, end } = annotation;
    return this.#evaluate(annotation.value ?? { kind: 'map', entries: [], start, end }, named);
  }

  /** The parser bounds the nesting of values, `Extents` that of constants inside constants. */
  #evaluate(input: Input, type: TypeDescriptor): Literal | undefined {
    const target = resolve(type);
    if (target === unknownType) return undefined;
    if (input.kind === 'reference') return this.#reference(input, type, target);
    if (input.kind === 'evaluated') return this.#fit(input.literal, input, type, target);
    switch (target.kind) {
      case 'list':
      case 'set':
        return this.#sequence(input, type, target);
      case 'map':
        return this.#map(input, type, target);
      case 'struct':
      case 'union':
      case 'exception':
        return this.#struct(input, type, target);
      case 'enum':
        return enumLiteral(input, target, this.#linking.report);
      default:
        return scalarLiteral(input, target, type, this.#linking.report);
    }
  }

  // ── references ───────────────────────────────────────────────────────────────────────────────────

  #reference(input: ReferenceValue, type: TypeDescriptor, target: ResolvedType): Literal | undefined {
    const { scope, report } = this.#linking;
    const found = scope.findValue(input.name, input, report, type);
    if (found === undefined) return undefined;
    if (found.kind === 'const') {
      if (found.value === unknownLiteral) return undefined;
      if (resolve(found.type) === target) return found.value;
      return this.#fit(found.value, input, type, target);
    }
    if (found.byTypedef) {
      const hint = `write "${found.type}.${found.member.name}"`;
      report.warn(input, 'enum-by-typedef', `"${input.name}" names a member through a typedef`, hint);
    }
    const member: Literal = Object.freeze({ kind: 'enum', type: found.type, value: found.member.value });
    return this.#fit(member, input, type, target);
  }

  /** A literal of some type, in a place of another. */
  #fit(literal: Literal, span: Span, type: TypeDescriptor, target: ResolvedType): Literal | undefined {
    if ('type' in literal && literal.type === target) return literal;
    if (literal.kind === 'struct' || (literal.kind === 'enum' && !numeric.has(target.kind))) {
      const { start, end } = span;
      wrongType({ kind: 'evaluated', literal, start, end }, type, this.#linking.report);
      return undefined;
    }
    if (!isContainer(literal)) return this.#evaluate(unfold(literal, span), type);
    // Failures are remembered as well: constants are shared, and one of a few lines may be met a million times.
    const known = this.#memory.fitted.get(literal) ?? new Map<ResolvedType, Literal | undefined>();
    if (known.has(target)) return known.get(target);
    const result = this.#evaluate(unfold(literal, span), type);
    this.#memory.fitted.set(literal, known.set(target, result));
    return result;
  }

  // ── containers ───────────────────────────────────────────────────────────────────────────────────

  #sequence(input: Input, type: TypeDescriptor, target: ListDescriptor | SetDescriptor): Literal | undefined {
    const { report } = this.#linking;
    if (input.kind === 'map' && input.entries.length === 0) {
      report.warn(input, 'empty-brackets', `an empty ${target.kind} is better written "[]"`);
      return this.#measured(Object.freeze({ kind: target.kind, elements: Object.freeze([]) }), [], input);
    }
    if (input.kind !== 'list') {
      wrongType(input, type, report);
      return undefined;
    }
    const elements: Literal[] = [];
    const seen = new Set<string>();
    let failed = false;
    for (const element of input.elements) {
      const literal = this.#evaluate(element, target.element);
      failed ||= literal === undefined;
      if (literal === undefined) continue;
      if (target.kind === 'set') {
        const key = this.#memory.extents.key(literal);
        if (seen.has(key)) {
          report.warn(element, 'duplicate-element', 'this element is in the set already');
          continue;
        }
        seen.add(key);
      }
      elements.push(literal);
    }
    if (failed) return undefined;
    const literal = Object.freeze({ kind: target.kind, elements: Object.freeze(elements) });
    return this.#measured(literal, elements, input);
  }

  #map(input: Input, type: TypeDescriptor, target: MapDescriptor): Literal | undefined {
    const { report } = this.#linking;
    const pairs = input.kind === 'list' && input.elements.length === 0 ? [] : entriesOf(input);
    if (pairs === undefined) {
      wrongType(input, type, report);
      return undefined;
    }
    if (input.kind === 'list') {
      report.warn(input, 'empty-brackets', 'an empty map is better written "{}"');
    }
    const entries = new Map<string, readonly [Literal, Literal]>();
    let failed = false;
    for (const pair of pairs) {
      const key = this.#evaluate(pair.key, target.key);
      const value = this.#evaluate(pair.value, target.value);
      failed ||= key === undefined || value === undefined;
      if (key === undefined || value === undefined) continue;
      const text = this.#memory.extents.key(key);
      if (entries.has(text)) {
        report.warn(pair.key, 'duplicate-key', 'this key is in the map already: the last one counts');
      }
      entries.set(text, Object.freeze([key, value] as const));
    }
    if (failed) return undefined;
    const all = Object.freeze([...entries.values()]);
    const literal: Literal = Object.freeze({ kind: 'map', as: target.as, entries: all });
    return this.#measured(literal, all.flat(), input);
  }

  // ── structs ──────────────────────────────────────────────────────────────────────────────────────

  #struct(input: Input, type: TypeDescriptor, target: StructDescriptor): Literal | undefined {
    const { report } = this.#linking;
    const written = input.kind === 'struct' ? this.#namedFields(input, target) : this.#mapFields(input);
    if (written === undefined) {
      if (input.kind !== 'struct' && input.kind !== 'map') wrongType(input, type, report);
      return undefined;
    }
    const fields = new SealedMap<string, Literal>();
    let failed = false;
    for (const { name, span, value } of written) {
      const field = target.byName.get(name);
      if (field === undefined) {
        const hint = didYouMean(name, target.byName.keys());
        report.error(span, 'unknown-field', `${target} has no field "${name}"`, hint);
        failed = true;
        continue;
      }
      const literal = this.#evaluate(value, field.type);
      failed ||= literal === undefined;
      if (literal === undefined) continue;
      if (fields.has(name)) {
        report.warn(span, 'duplicate-key', `"${name}" is given twice: the last one counts`);
      }
      fields.set(name, literal);
    }
    if (failed) return undefined;
    if (!this.#checkFields(fields, target, input)) return undefined;
    const literal: Literal = Object.freeze({ kind: 'struct', type: target, fields: fields.seal() });
    return this.#measured(literal, [...fields.values()], input);
  }

  #checkFields(fields: ReadonlyMap<string, Literal>, target: StructDescriptor, span: Span): boolean {
    const { report } = this.#linking;
    if (target.kind === 'union' && fields.size > 1) {
      const names = [...fields.keys()].join(', ');
      report.error(span, 'union-members', `the union ${target} holds one field only, not ${names}`);
      return false;
    }
    if (target.kind === 'union' && fields.size === 0) {
      report.warn(span, 'empty-union', `the union ${target} has none of its fields here and cannot be sent`);
    }
    const missing = target.fields.filter(
      field =>
        field.requiredness === 'required' && !fields.has(field.name) && !this.#memory.withDefault.has(field),
    );
    if (missing.length > 0) {
      const names = missing.map(field => `"${field.name}"`).join(', ');
      report.warn(span, 'missing-field', `${target} requires ${names}`);
    }
    return true;
  }

  /** fbthrift: `Name{field = value}`. */
  #namedFields(input: StructValue, target: StructDescriptor): FieldInput[] | undefined {
    const { scope, report } = this.#linking;
    const { name, fields } = input;
    const named = scope.findType(name.text, name, report, 'unknown-type', 'struct');
    if (named === undefined) return undefined;
    const same = named.kind === 'typedef' ? resolve(named) === target : named === target;
    if (!same) {
      wrongType(input, target, report);
      return undefined;
    }
    return fields.map(field => ({ name: field.name.text, span: field.name, value: field.value }));
  }

  #mapFields(input: Input): FieldInput[] | undefined {
    const entries = entriesOf(input);
    const text = this.#linking.types.base('string');
    const fields = entries?.map(({ key, value }) => {
      const literal = this.#evaluate(key, text);
      return literal?.kind === 'string' ? { name: literal.value, span: key, value } : undefined;
    });
    const named = fields?.filter(field => field !== undefined);
    return named?.length === fields?.length ? named : undefined;
  }

  // ── size ─────────────────────────────────────────────────────────────────────────────────────────

  #measured(literal: Literal, parts: readonly Literal[], span: Span): Literal | undefined {
    const problem = this.#memory.extents.measure(literal, parts);
    if (problem === undefined) return literal;
    this.#linking.report.error(span, 'constant-size', problem);
    return undefined;
  }
}

interface FieldInput {
  readonly name: string;
  readonly span: Span;
  readonly value: Input;
}

function entriesOf(input: Input): MapInput['entries'] | undefined {
  return input.kind === 'map' ? input.entries : undefined;
}

function isContainer(literal: Literal): boolean {
  return literal.kind === 'list' || literal.kind === 'set' || literal.kind === 'map';
}

/** What a member of an enum may stand for besides itself. */
const numeric: ReadonlySet<string> = new Set(['bool', 'i8', 'i16', 'i32', 'i64', 'float', 'double']);
