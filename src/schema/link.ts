import type { Value } from '../idl/ast.ts';
import { Diagnostics } from '../idl/diagnostics.ts';
import { parseType } from '../idl/parse.ts';
import { SourceText } from '../idl/source.ts';
import { checkDefaults } from './defaults.ts';
import type { ModuleDescriptor, ServiceDescriptor, TypeDescriptor } from './descriptor.ts';
import { type DeclaredConst, FileLinker } from './file-linker.ts';
import { freezeModule } from './freeze.ts';
import type { SourceFile, SourceGraph } from './graph.ts';
import { ConstNode } from './nodes.ts';
import { circleText, inOrder } from './order.ts';
import { Report } from './report.ts';
import type { Scope } from './scope.ts';
import { linkServices } from './services.ts';
import { linkTypedefs } from './typedefs.ts';
import { applyJsType, linkType, type Types } from './types.ts';
import type { Workspace } from './workspace.ts';

/** Where the names of a linked module are looked up for `typeOf`. */
const linked = new WeakMap<ModuleDescriptor, { scope: Scope; types: Types }>();

const homes = new WeakMap<ServiceDescriptor, ModuleDescriptor>();

/**
 * Links the files of a graph into frozen descriptors: all names are declared before any is resolved, all
 * types are known before any value is evaluated. The result may be used only if no error was reported; the
 * workspace then has it too.
 */
export function link(graph: SourceGraph, workspace: Workspace, diagnostics: Diagnostics): ModuleDescriptor {
  const { types, memory } = workspace;
  const prefixes = prefixesOf(graph);
  const byFile = new Map(workspace.linkers);
  const linkers: FileLinker[] = [];
  for (const file of graph.files) {
    const linker = new FileLinker(file, prefixes.get(file)!, types, memory);
    linker.include(byFile);
    linker.declare();
    byFile.set(file, linker);
    linkers.push(linker);
  }

  linkTypedefs(linkers.flatMap(linker => linker.typedefs));
  for (const linker of linkers) linker.linkStructs();
  linkServices(linkers.flatMap(linker => linker.services));

  linkConstants(linkers.flatMap(linker => linker.constants));
  for (const linker of linkers) linker.evaluateDefaults();
  for (const linker of linkers) linker.linkAnnotations();
  checkDefaults(
    linkers.flatMap(linker => linker.defaults),
    linkers.flatMap(linker => linker.structs.map(({ node }) => node)),
    memory.extents,
  );

  for (const { module, scope, report, services } of linkers) {
    report.handOver(diagnostics);
    freezeModule(module);
    linked.set(module, { scope, types });
    for (const { node } of services) homes.set(node, module);
  }
  if (!diagnostics.hasErrors) {
    for (const file of graph.files) {
      workspace.files.set(file.source.file, file);
      workspace.linkers.set(file, byFile.get(file)!);
    }
  }
  return byFile.get(graph.root)!.module;
}

/** The type that a text such as `map<i32, list<shared.User>>` means in a linked module; an IdlError if none. */
export function typeOf(module: ModuleDescriptor, text: string): TypeDescriptor {
  const context = linked.get(module);
  if (context === undefined) throw new TypeError('expected the descriptor of a loaded module');
  const source = new SourceText('(type)', text);
  const diagnostics = new Diagnostics();
  const parsed = parseType(source, diagnostics);
  const report = new Report(source);
  const type = parsed && linkType(parsed, context.scope, context.types, report);
  report.handOver(diagnostics);
  const error = diagnostics.toError(false);
  if (error !== undefined || type === undefined) throw error;
  return type;
}

/** The module that defines a service. */
export function homeOf(service: ServiceDescriptor): ModuleDescriptor {
  return homes.get(service)!;
}

/** How the root file speaks of each file; one that it does not include goes by its own name. */
function prefixesOf({ root, files }: SourceGraph): Map<SourceFile, string> {
  const prefixes = new Map([[root, '']]);
  for (const { name, file } of root.includes) {
    if (file !== undefined && !prefixes.has(file)) prefixes.set(file, `${name}.`);
  }
  for (const file of files) if (!prefixes.has(file)) prefixes.set(file, `${file.name}.`);
  return prefixes;
}

/** Links all constants of all files, each after those it names. */
function linkConstants(declared: readonly DeclaredConst[]): void {
  const sources = new Map(declared.map(item => [item.node, item]));
  for (const { node, written, linking } of declared) {
    const { scope, types, report } = linking;
    const type = linkType(written.type, scope, types, report);
    node.type = applyJsType(type, written.annotations, types, report);
  }

  function* needs(node: ConstNode): Generator<ConstNode> {
    const { written, linking } = sources.get(node)!;
    for (const name of referencesIn(written.value)) {
      const named = linking.scope.peekValue(name);
      if (named instanceof ConstNode && sources.has(named)) yield named;
    }
  }

  const broken = new Set<ConstNode>();
  const ordered = inOrder(sources.keys(), needs, circle => {
    const { written, linking } = sources.get(circle[0]!)!;
    const message = `constants contain each other: ${circleText(circle.map(String))}`;
    linking.report.error(written.name, 'constant-cycle', message);
    broken.add(circle.at(-1)!);
  });
  for (const node of ordered) {
    if (broken.has(node)) continue;
    const { written, linking } = sources.get(node)!;
    const literal = linking.evaluator.evaluate(written.value, node.type);
    if (literal !== undefined) node.value = literal;
  }
}

function* referencesIn(value: Value): Generator<string> {
  const pending = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === 'reference') yield next.name;
    else if (next.kind === 'list') for (const element of next.elements) pending.push(element);
    else if (next.kind === 'map') for (const entry of next.entries) pending.push(entry.key, entry.value);
    else if (next.kind === 'struct') for (const field of next.fields) pending.push(field.value);
  }
}
