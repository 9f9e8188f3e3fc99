import type { Annotation, Const, Struct, Value, Definition as Written } from '../idl/ast.ts';
import { linkAnnotations } from './annotations.ts';
import { type EvaluationMemory, Evaluator } from './constants.ts';
import type { DefaultedField } from './defaults.ts';
import type { Annotations, Definition, IncludeDescriptor, ModuleDescriptor } from './descriptor.ts';
import { linkEnum } from './enums.ts';
import { linkFields } from './fields.ts';
import type { SourceFile } from './graph.ts';
import type { Linking } from './linking.ts';
import {
  ConstNode,
  EnumNode,
  type FieldNode,
  type Heading,
  type Mutable,
  noAnnotations,
  ServiceNode,
  StructNode,
  TypedefNode,
} from './nodes.ts';
import { Report } from './report.ts';
import { Scope } from './scope.ts';
import type { DeclaredService } from './services.ts';
import type { DeclaredTypedef } from './typedefs.ts';
import type { Types } from './types.ts';

/** A constant with what was written of it. */
export interface DeclaredConst {
  readonly node: ConstNode;
  readonly written: Const;
  readonly linking: FileLinker;
}

/** One file on its way from tree to descriptors. */
export class FileLinker implements Linking {
  readonly scope: Scope;
  readonly types: Types;
  readonly report: Report;
  readonly evaluator: Evaluator;
  readonly module: Mutable<ModuleDescriptor>;

  readonly typedefs: DeclaredTypedef[] = [];
  readonly constants: DeclaredConst[] = [];
  readonly services: DeclaredService[] = [];
  readonly defaults: DefaultedField[] = [];
  readonly structs: { readonly node: StructNode; readonly written: Struct }[] = [];

  readonly #file: SourceFile;
  readonly #prefix: string;
  readonly #memory: EvaluationMemory;
  readonly #includes: (IncludeDescriptor & { readonly paths: string[] })[] = [];
  readonly #definitions: Definition[] = [];
  readonly #annotated: { target: { annotations: Annotations }; annotations: readonly Annotation[] }[] = [];

  /** `prefix` is what the root file writes before this file's names. */
  constructor(file: SourceFile, prefix: string, types: Types, memory: EvaluationMemory) {
    this.#file = file;
    this.#prefix = prefix;
    this.#memory = memory;
    this.types = types;
    this.report = new Report(file.source);
    const headings = headingsOf(file);
    this.scope = new Scope(file, headings.namespaces);
    this.evaluator = new Evaluator(this, memory);
    this.module = {
      kind: 'module',
      name: file.name,
      file: file.source.file,
      annotations: noAnnotations,
      ...headings,
      includes: this.#includes,
      definitions: this.#definitions,
      source: file.source.text,
    };
    this.deferAnnotations(
      this.module,
      file.document.headers.flatMap(header => ('annotations' in header ? header.annotations : [])),
    );
  }

  deferDefault(field: FieldNode, value: Value): void {
    this.#memory.withDefault.add(field);
    this.defaults.push({ field, value, report: this.report });
  }

  deferAnnotations(target: { annotations: Annotations }, annotations: readonly Annotation[]): void {
    if (annotations.length > 0) this.#annotated.push({ target, annotations });
  }

  /** Makes the names of the included files known, which have been declared before. */
  include(linkers: ReadonlyMap<SourceFile, FileLinker>): void {
    for (const { name, node, file } of this.#file.includes) {
      const included = file && linkers.get(file);
      const isNew = this.scope.include(name, included?.scope);
      if (included === undefined) continue;
      const [{ module }, { text }] = [included, node.path];
      const known = isNew
        ? undefined
        : this.#includes.find(one => one.name === name && one.module === module);
      if (known === undefined) this.#includes.push({ name, paths: [text], module });
      else if (!known.paths.includes(text)) known.paths.push(text);
    }
  }

  declare(): void {
    for (const written of this.#file.document.definitions) {
      if (written.kind === 'const') this.#declareConst(written);
      else this.#declareType(written);
      const { name } = written;
      if (this.scope.hasPrefix(name.text)) {
        const message = `"${name.text}" is the prefix of an included file too: the definition goes first`;
        this.report.warn(name, 'name-is-include', message);
      }
    }
    for (const { name, kind } of this.#file.document.definitions) {
      if (kind !== 'const' || !this.scope.types.has(name.text)) continue;
      this.report.warn(name, 'constant-and-type', `"${name.text}" is a type too: the type goes first`);
    }
  }

  linkStructs(): void {
    for (const { node, written } of this.structs) {
      for (const field of linkFields(written.fields, written.kind, this)) {
        node.fields.push(field);
        node.byName.set(field.name, field);
        node.byId.set(field.id, field);
      }
    }
  }

  evaluateDefaults(): void {
    for (const { field, value } of this.defaults) {
      const literal = this.evaluator.evaluate(value, field.type);
      if (literal !== undefined) field.defaultValue = literal;
    }
  }

  linkAnnotations(): void {
    for (const { target, annotations } of this.#annotated) {
      target.annotations = linkAnnotations(annotations, one => this.evaluator.structured(one));
    }
  }

  #declareConst(written: Const): void {
    const node = new ConstNode('const', this.#heading(written));
    const { name } = written;
    this.deferAnnotations(node, written.annotations);
    this.constants.push({ node, written, linking: this });
    const known = this.scope.constants.get(name.text);
    if (known !== undefined) {
      const { line, column } = known.position;
      const message = `there is a constant "${name.text}" already, at ${line}:${column}`;
      this.report.error(name, 'duplicate-name', message);
      return;
    }
    this.scope.constants.set(name.text, node);
    this.#definitions.push(node);
  }

  #declareType(written: Exclude<Written, Const>): void {
    const { name } = written;
    const node = this.#typeNode(written);
    this.deferAnnotations(node, written.annotations);
    const known = this.scope.types.get(name.text);
    if (known !== undefined) {
      const { line, column } = known.position;
      const message = `"${name.text}" is defined already, at ${line}:${column}`;
      this.report.error(name, 'duplicate-name', message);
      return;
    }
    this.#warnOfIncluded(name);
    this.scope.types.set(name.text, node);
    this.#definitions.push(node);
  }

  #typeNode(written: Exclude<Written, Const>): EnumNode | TypedefNode | StructNode | ServiceNode {
    const heading = this.#heading(written);
    switch (written.kind) {
      case 'enum': {
        const node = new EnumNode('enum', heading);
        linkEnum(node, written, this);
        return node;
      }
      case 'typedef': {
        const node = new TypedefNode('typedef', heading);
        this.typedefs.push({ node, written, linking: this });
        return node;
      }
      case 'struct':
      case 'union':
      case 'exception': {
        const node = new StructNode(written.kind, heading);
        this.structs.push({ node, written });
        return node;
      }
      case 'service':
      case 'interaction': {
        const node = new ServiceNode(written.kind, heading);
        this.services.push({ node, service: written, linking: this });
        return node;
      }
    }
  }

  /** Apache's compiler refuses this where the generated code of both files would share a namespace. */
  #warnOfIncluded(name: Written['name']): void {
    for (const [prefix, scope] of this.scope.included()) {
      if (!scope.types.has(name.text)) continue;
      if (!sameRecord(scope.namespaces, this.scope.namespaces)) continue;
      const message = `"${prefix}.${name.text}" is in the same namespace`;
      this.report.warn(name, 'name-in-include', message, 'code generators refuse that');
    }
  }

  #heading({ name, doc }: Written): Heading {
    const label = `${this.#prefix}${name.text}`;
    return { name: name.text, label, doc, position: this.report.position(name) };
  }
}

/** What stands at the head of a file. */
function headingsOf({ document }: SourceFile): Pick<ModuleDescriptor, 'doc' | 'namespaces' | 'package'> {
  const namespaces: Record<string, string> = Object.create(null);
  let packageName: string | undefined;
  for (const header of document.headers) {
    if (header.kind === 'namespace') namespaces[header.scope.text] = header.name.text;
    if (header.kind === 'package') packageName = header.name.text;
  }
  return {
    ...(document.doc === undefined ? {} : { doc: document.doc }),
    namespaces,
    ...(packageName === undefined ? {} : { package: packageName }),
  };
}

function sameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => a[key] === b[key]);
}
