import type { Annotation, Value } from '../idl/ast.ts';
import type { Annotations } from './descriptor.ts';
import type { FieldNode } from './nodes.ts';
import type { Report } from './report.ts';
import type { Scope } from './scope.ts';
import type { Types } from './types.ts';

/** What linking one file needs at hand, and what it leaves for the pass after: values. */
export interface Linking {
  readonly scope: Scope;
  readonly types: Types;
  readonly report: Report;
  /** A default can name any constant of any file, so defaults wait until all constants are known. */
  deferDefault(field: FieldNode, value: Value): void;
  /** Structured annotations are values too. */
  deferAnnotations(target: { annotations: Annotations }, annotations: readonly Annotation[]): void;
}
