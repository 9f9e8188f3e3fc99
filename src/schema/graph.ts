import type { Document, Include } from '../idl/ast.ts';
import type { Diagnostics } from '../idl/diagnostics.ts';
import { parse } from '../idl/parse.ts';
import { SourceText } from '../idl/source.ts';
import { circleText } from './order.ts';

/** What the include graph asks its driver for. */
export interface IncludeRequest {
  /** As written between the quotes. */
  readonly path: string;
  /** The `file` of the including file. */
  readonly from: string;
}

/** A file's text; `file` says which file it is, so two ways to one file must give one `file`. */
export interface FoundFile {
  readonly file: string;
  readonly text: string;
}

/** The answer when there is no such file. */
export interface MissingFile {
  /** Where was looked. */
  readonly searched: readonly string[];
}

/** What a hostile or mistaken set of files may cost. */
export interface GraphLimits {
  readonly files: number;
  /** Includes from the root file down, one inside the other. */
  readonly depth: number;
}

/** Far beyond what anybody writes. */
export const defaultGraphLimits: GraphLimits = Object.freeze({ files: 10_000, depth: 200 });

/** One parsed file. */
export interface SourceFile {
  readonly source: SourceText;
  readonly document: Document;
  /** Base name without its extension. */
  readonly name: string;
  readonly includes: readonly SourceInclude[];
}

/** One include of a parsed file. */
export interface SourceInclude {
  /** The prefix by which the including file speaks of it. */
  readonly name: string;
  readonly node: Include;
  /** Absent when it was not found or would close a circle, which has been reported. */
  readonly file?: SourceFile;
}

/** All files that a root file reaches, but for those that were linked before. */
export interface SourceGraph {
  readonly root: SourceFile;
  /** Each once, an included file before those that include it. */
  readonly files: readonly SourceFile[];
}

/**
 * Parses a file and all that it includes, depth first. Yields a request for each include and expects the
 * answer sent back, so that one logic serves drivers that wait and drivers that do not. Files that are `linked`
 * already are not looked into again.
 */
export function* gather(
  root: FoundFile,
  diagnostics: Diagnostics,
  linked: ReadonlyMap<string, SourceFile> = new Map(),
  limits: GraphLimits = defaultGraphLimits,
): Generator<IncludeRequest, SourceGraph, FoundFile | MissingFile> {
  const first = new Visit(root, diagnostics);
  const known = new Map([[root.file, first]]);
  const path = [first];
  const files: SourceFile[] = [];
  let full = false;

  for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
    const node = visit.nextInclude();
    if (node === undefined) {
      visit.open = false;
      files.push(visit.file);
      path.pop();
      continue;
    }
    const { source } = visit.file;
    const written = node.path.text;
    const answer = yield { path: written, from: source.file };
    if ('searched' in answer) {
      const hint = answer.searched.length > 0 ? `looked for ${answer.searched.join(', ')}` : undefined;
      diagnostics.error(source, node.path, 'include-not-found', `there is no file "${written}"`, hint);
      visit.add(node);
      continue;
    }
    const before = linked.get(answer.file);
    if (before !== undefined) {
      visit.add(node, before);
      continue;
    }
    const met = known.get(answer.file);
    if (met?.open) {
      const circle = path.slice(path.indexOf(met)).map(step => step.file.source.file);
      diagnostics.error(
        source,
        node.path,
        'include-cycle',
        `files include each other: ${circleText(circle)}`,
      );
      visit.add(node);
    } else if (met !== undefined) {
      visit.add(node, met.file);
    } else if (path.length > limits.depth) {
      diagnostics.error(
        source,
        node.path,
        'include-depth',
        `includes are nested more than ${limits.depth} deep`,
      );
      visit.add(node);
    } else if (known.size >= limits.files) {
      if (!full)
        diagnostics.error(
          source,
          node.path,
          'too-many-files',
          `more than ${limits.files} files are included`,
        );
      full = true;
      visit.add(node);
    } else {
      const next = new Visit(answer, diagnostics);
      known.set(answer.file, next);
      visit.add(node, next.file);
      path.push(next);
    }
  }
  return { root: first.file, files };
}

/** A file on its way through the graph. */
class Visit {
  readonly file: SourceFile;
  /** Between the request for its first include and the answer to its last. */
  open = true;
  readonly #found: SourceInclude[] = [];
  readonly #nodes: readonly Include[];

  constructor({ file, text }: FoundFile, diagnostics: Diagnostics) {
    const source = new SourceText(file, text);
    const document = parse(source, diagnostics);
    this.#nodes = document.headers.filter(header => header.kind === 'include');
    this.file = { source, document, name: baseName(file), includes: this.#found };
  }

  nextInclude(): Include | undefined {
    return this.#nodes[this.#found.length];
  }

  add(node: Include, file?: SourceFile): void {
    const name = node.alias?.text ?? baseName(node.path.text);
    this.#found.push(file === undefined ? { name, node } : { name, node, file });
  }
}

/** `a.b` of `dir/a.b.thrift`. */
function baseName(path: string): string {
  const base = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const dot = base.lastIndexOf('.');
  return dot > 0 ? base.slice(0, dot) : base;
}
