import type { BaseTypeName, Span } from '../idl/ast.ts';
import { likelyType } from '../idl/hints.ts';
import type { EnumDescriptor, EnumMember, TypeDescriptor } from './descriptor.ts';
import { resolve } from './descriptor.ts';
import type { SourceFile } from './graph.ts';
import type { ConstNode, ServiceNode, TypeDefinitionNode } from './nodes.ts';
import { unknownType } from './nodes.ts';
import type { Report } from './report.ts';
import { didYouMean } from './suggest.ts';

/** What a name in the table of types stands for: services share it, as in Apache's compiler. */
export type Declared = TypeDefinitionNode | ServiceNode;

/** What a name in a value stands for. */
export type NamedValue = ConstNode | MemberOf;

/** A member, and the enum it was found in. */
export interface MemberOf {
  readonly kind: 'member';
  readonly type: EnumDescriptor;
  readonly member: EnumMember;
  /** The enum was reached through a typedef, which not every compiler allows. */
  readonly byTypedef: boolean;
}

interface Match<T> {
  readonly scope: Scope;
  readonly value: T;
}

/** What a misspelt type may have been meant to be, beside the names of the file. */
const baseTypes: readonly BaseTypeName[] = [
  'bool',
  'i8',
  'i16',
  'i32',
  'i64',
  'double',
  'string',
  'binary',
  'uuid',
];

/** The names of one file, and through its includes those of others. */
export class Scope {
  readonly file: string;
  /** Words in what could not be read of the file: that one of them is missing is no further error. */
  readonly #lost: ReadonlySet<string>;
  readonly namespaces: Readonly<Record<string, string>>;
  readonly types: Map<string, Declared> = new Map();
  readonly constants: Map<string, ConstNode> = new Map();
  /** By prefix; undefined stands for a file that was not found. */
  readonly #includes: Map<string, (Scope | undefined)[]> = new Map();
  #longestPrefix = 0;

  constructor({ source, document }: SourceFile, namespaces: Readonly<Record<string, string>>) {
    this.file = source.file;
    this.#lost = new Set(
      document.lost.flatMap(({ start, end }) => source.text.slice(start, end).match(/[A-Za-z_]\w*/g) ?? []),
    );
    this.namespaces = namespaces;
  }

  /** True for an include that is new; the same file under the same prefix counts once. */
  include(prefix: string, scope: Scope | undefined): boolean {
    const scopes = this.#includes.get(prefix) ?? [];
    if (scopes.includes(scope)) return false;
    scopes.push(scope);
    this.#includes.set(prefix, scopes);
    this.#longestPrefix = Math.max(this.#longestPrefix, prefix.length);
    return true;
  }

  hasPrefix(prefix: string): boolean {
    return this.#includes.has(prefix);
  }

  /** Every include that was found. */
  *included(): Generator<[prefix: string, scope: Scope]> {
    for (const [prefix, scopes] of this.#includes) {
      for (const scope of scopes) if (scope !== undefined) yield [prefix, scope];
    }
  }

  /** What a type's or service's name means here; an unknown name is reported as `code`. */
  findType(name: string, span: Span, report: Report, code: string, noun: string): Declared | undefined {
    const { matches, excused } = this.#look(name, (scope, local) => scope.types.get(local));
    if (matches.length > 1) this.#ambiguous(name, span, report, matches);
    if (matches.length === 0 && !excused && !report.exhausted) {
      const constant = this.#look(name, (scope, local) => scope.constants.get(local)).matches.length > 0;
      if (constant) report.error(span, 'not-a-type', `"${name}" is a constant, not a ${noun}`);
      else report.error(span, code, `there is no ${noun} "${name}"`, this.#typeHint(name, noun));
    }
    return matches[0]?.value;
  }

  /** The same without a report, for finding out what depends on what. */
  peekType(name: string): Declared | undefined {
    return this.#look(name, (scope, local) => scope.types.get(local)).matches[0]?.value;
  }

  /** What a constant's or enum member's name means here; `target` is the type of the value it stands in. */
  findValue(name: string, span: Span, report: Report, target: TypeDescriptor): NamedValue | undefined {
    const { matches, excused } = this.#look(name, pickValue);
    if (matches.length > 1) this.#ambiguous(name, span, report, matches);
    if (matches.length === 0 && !excused && !report.exhausted) {
      const message = `there is no constant or enum member "${name}"`;
      report.error(span, 'unknown-constant', message, this.#valueHint(name, target));
    }
    return matches[0]?.value;
  }

  peekValue(name: string): NamedValue | undefined {
    return this.#look(name, pickValue).matches[0]?.value;
  }

  /** Own names come before included ones. */
  #look<T>(
    name: string,
    pick: (scope: Scope, local: string) => T | undefined,
  ): { matches: readonly Match<T>[]; excused: boolean } {
    const own = pick(this, name);
    if (own !== undefined) return { matches: [{ scope: this, value: own }], excused: false };
    const matches: Match<T>[] = [];
    let excused = this.#mayHaveLost(name);
    let dot = name.indexOf('.');
    for (; dot !== -1 && dot <= this.#longestPrefix; dot = name.indexOf('.', dot + 1)) {
      for (const scope of this.#includes.get(name.slice(0, dot)) ?? []) {
        const value = scope && pick(scope, name.slice(dot + 1));
        if (scope !== undefined && value !== undefined) matches.push({ scope, value });
        else excused ||= scope === undefined || scope.#mayHaveLost(name.slice(dot + 1));
      }
    }
    return { matches, excused };
  }

  /** True when a part of a dotted name stands in what could not be read. */
  #mayHaveLost(name: string): boolean {
    return this.#lost.size > 0 && name.split('.').some(word => this.#lost.has(word));
  }

  #ambiguous(name: string, span: Span, report: Report, matches: readonly Match<unknown>[]): void {
    const files = matches.map(({ scope }) => scope.file).join(' and ');
    const message = `"${name}" is ambiguous: it is in ${files}`;
    report.error(span, 'ambiguous-name', message, 'give one of the files another base name');
  }

  #typeHint(name: string, noun: string): string | undefined {
    const names = [...this.types.keys(), ...(noun === 'type' ? baseTypes : [])];
    for (const [prefix, scope] of this.included()) {
      if (scope.types.has(name)) return `did you mean "${prefix}.${name}"?`;
      for (const local of scope.types.keys()) names.push(`${prefix}.${local}`);
    }
    const likely = likelyType(name);
    const meant = likely === undefined ? undefined : `did you mean "${likely}"?`;
    return this.#transitiveHint(name) ?? meant ?? didYouMean(name, names);
  }

  #valueHint(name: string, target: TypeDescriptor): string | undefined {
    const type = resolve(target);
    const member = type.kind === 'enum' ? name.slice(name.lastIndexOf('.') + 1) : '';
    if (type.kind === 'enum' && type.byName.has(member)) {
      return `did you mean "${this.#written(type)}.${member}"?`;
    }
    const names = [...this.constants.keys()];
    for (const [prefix, scope] of this.included()) {
      if (scope.constants.has(name)) return `did you mean "${prefix}.${name}"?`;
      for (const local of scope.constants.keys()) names.push(`${prefix}.${local}`);
    }
    for (const own of type.kind === 'enum' ? [type] : this.types.values()) {
      if (own.kind === 'enum')
        for (const { name } of own.members) names.push(`${this.#written(own)}.${name}`);
    }
    return this.#transitiveHint(name) ?? didYouMean(name, names);
  }

  /** How this file writes an enum that it can see. */
  #written(type: { readonly name: string }): string {
    for (const [prefix, scope] of this.included()) {
      if (scope.types.get(type.name) === type) return `${prefix}.${type.name}`;
    }
    return type.name;
  }

  /** `base.User` where only an included file includes `base.thrift`. */
  #transitiveHint(name: string): string | undefined {
    const dot = name.indexOf('.');
    if (dot === -1) return undefined;
    const parts = name.split('.', 8);
    for (const [, scope] of this.included()) {
      const part = parts.find(prefix => !this.hasPrefix(prefix) && scope.hasPrefix(prefix));
      if (part !== undefined) {
        return `"${part}" is included by ${scope.file} only; include it here too, as includes do not pass on`;
      }
    }
    return undefined;
  }
}

function pickValue(scope: Scope, local: string): NamedValue | undefined {
  const constant = scope.constants.get(local);
  if (constant !== undefined) return constant;
  const dot = local.lastIndexOf('.');
  if (dot === -1) return undefined;
  const named = scope.types.get(local.slice(0, dot));
  if (named?.kind !== 'enum' && named?.kind !== 'typedef') return undefined;
  const type = resolve(named);
  const member = type.kind === 'enum' ? type.byName.get(local.slice(dot + 1)) : undefined;
  if (type.kind !== 'enum' || member === undefined) return undefined;
  return { kind: 'member', type, member, byTypedef: named.kind === 'typedef' };
}

/** True when a type's error has been reported already. */
export function isUnknown(type: TypeDescriptor): boolean {
  return resolve(type) === unknownType;
}
