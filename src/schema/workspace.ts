import { EvaluationMemory } from './constants.ts';
import type { FileLinker } from './file-linker.ts';
import type { SourceFile } from './graph.ts';
import { Types, type ValueOptions } from './types.ts';

/**
 * Files that were linked together, or one after the other: a file that several others include is linked once,
 * and means the same to all of them. What is in a workspace had no errors.
 */
export class Workspace {
  readonly types: Types;
  readonly memory: EvaluationMemory = new EvaluationMemory();
  /** By the name that the loader gives a file. */
  readonly files: Map<string, SourceFile> = new Map();
  readonly linkers: Map<SourceFile, FileLinker> = new Map();

  constructor(options: ValueOptions) {
    this.types = new Types(options);
  }
}
