import type { Document, Type } from './ast.ts';
import type { Diagnostics } from './diagnostics.ts';
import { Findings } from './findings.ts';
import { lex } from './lex.ts';
import { ThriftParser } from './parser.ts';
import type { SourceText } from './source.ts';

let parser: ThriftParser | undefined;

/** The tree of a `.thrift` file. Never throws: what cannot be read is in `diagnostics`, all else in the tree. */
export function parse(source: SourceText, diagnostics: Diagnostics): Document {
  const findings = new Findings();
  const lexed = lex(source, findings);
  parser ??= new ThriftParser('prepared');
  const document = parser.readDocument(source.text, lexed, findings);
  findings.flush(source, diagnostics);
  return document;
}

/** The tree of a type expression such as `map<i32, list<shared.User>>`; undefined, and reported, if it is none. */
export function parseType(source: SourceText, diagnostics: Diagnostics): Type | undefined {
  const findings = new Findings();
  const lexed = lex(source, findings);
  parser ??= new ThriftParser('prepared');
  const type = parser.readType(source.text, lexed, findings);
  findings.flush(source, diagnostics);
  return type;
}
