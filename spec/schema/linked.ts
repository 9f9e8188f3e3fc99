import type { Diagnostic } from '../../src/errors/idl-error.ts';
import { Diagnostics } from '../../src/idl/diagnostics.ts';
import type {
  ConstDescriptor,
  EnumDescriptor,
  Literal,
  ModuleDescriptor,
  ServiceDescriptor,
  StructDescriptor,
  TypedefDescriptor,
} from '../../src/schema/descriptor.ts';
import type { FoundFile, GraphLimits, MissingFile } from '../../src/schema/graph.ts';
import { gather } from '../../src/schema/graph.ts';
import { link } from '../../src/schema/link.ts';
import type { ValueOptions } from '../../src/schema/types.ts';
import { Workspace } from '../../src/schema/workspace.ts';

/** Texts by file name, the root file first; or the root file's text alone. */
export type Files = string | Readonly<Record<string, string>>;

export interface Outcome {
  readonly module: ModuleDescriptor;
  readonly diagnostics: readonly Diagnostic[];
  /** `error unknown-type main.thrift:1:5`, in the order reported. */
  readonly findings: readonly string[];
}

export const standard: ValueOptions = { int64: 'bigint', maps: 'map', utf8: 'strict' };

/** Links files that are in memory, whatever is wrong with them. */
export function outcomeOf(files: Files, options: Partial<ValueOptions> = {}, limits?: GraphLimits): Outcome {
  const texts = new Map(Object.entries(typeof files === 'string' ? { 'main.thrift': files } : files));
  const diagnostics = new Diagnostics();
  const [file, text] = [...texts][0]!;
  const steps = gather({ file, text }, diagnostics, new Map(), limits);
  let step = steps.next();
  while (!step.done) step = steps.next(find(texts, step.value.path, step.value.from));
  const module = link(step.value, new Workspace({ ...standard, ...options }), diagnostics);
  // What only one parser reads is the parser's business, and so the specs of `idl`.
  const found = diagnostics.all.filter(({ code }) => code !== 'portability');
  const findings = found.map(
    ({ severity, code, file, line, column }) => `${severity} ${code} ${file}:${line}:${column}`,
  );
  return { module, diagnostics: found, findings };
}

/** Links files in which nothing may be wrong, not even enough for a warning. */
export function linked(files: Files, options: Partial<ValueOptions> = {}): ModuleDescriptor {
  const { module, diagnostics } = outcomeOf(files, options);
  const first = diagnostics[0];
  if (first !== undefined) {
    throw new Error(`${first.file}:${first.line}:${first.column} ${first.code}: ${first.message}`);
  }
  return module;
}

export function findings(files: Files): readonly string[] {
  return outcomeOf(files).findings;
}

interface ByKind {
  enum: EnumDescriptor;
  struct: StructDescriptor;
  union: StructDescriptor;
  exception: StructDescriptor;
  typedef: TypedefDescriptor;
  const: ConstDescriptor;
  service: ServiceDescriptor;
  interaction: ServiceDescriptor;
}

/** The definition of that name and kind. */
export function defined<K extends keyof ByKind>(module: ModuleDescriptor, kind: K, name: string): ByKind[K] {
  const found = module.definitions.find(definition => definition.kind === kind && definition.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found as ByKind[K];
}

/** A literal as plain data, for comparing. */
export function plain(literal: Literal): unknown {
  switch (literal.kind) {
    case 'list':
    case 'set':
      return literal.elements.map(plain);
    case 'map':
      return literal.entries.map(([key, value]) => [plain(key), plain(value)]);
    case 'struct':
      return Object.fromEntries([...literal.fields].map(([name, value]) => [name, plain(value)]));
    default:
      return literal.value;
  }
}

function find(texts: ReadonlyMap<string, string>, path: string, from: string): FoundFile | MissingFile {
  const directory = from.slice(0, from.lastIndexOf('/') + 1);
  const file = new URL(directory + path, 'mem:/').pathname.slice(1);
  const text = texts.get(file);
  return text === undefined ? { searched: [file] } : { file, text };
}
