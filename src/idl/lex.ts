import { type ILexingError, type IToken, Lexer, type TokenType } from 'chevrotain';
import type { Findings } from './findings.ts';
import { clip, decodeNumber, decodeString } from './literals.ts';
import type { SourceText } from './source.ts';
import {
  CurlyString,
  Double,
  definitionWords,
  Identifier,
  Integer,
  LAngle,
  LBrace,
  LBracket,
  LParen,
  lexerTypes,
  NumberText,
  RAngle,
  RBrace,
  RBracket,
  RParen,
  StringLiteral,
  wordTypes,
} from './tokens.ts';

/** Brackets of all kinds inside each other. The parser is recursive, and what reads its tree is too. */
export const maxNesting = 100;

/** What the parser reads: strings and numbers carry their value as the token's `payload`. */
export interface Lexed {
  readonly tokens: IToken[];
  /** All block comments, in order. */
  readonly comments: readonly IToken[];
}

let lexer: Lexer | undefined;

/** Cuts a text into tokens, tells the words apart, and values the literals; reports what is wrong with them. */
export function lex(source: SourceText, findings: Findings): Lexed {
  lexer ??= createLexer(true);
  // A blank keeps all offsets as they are.
  const marked = source.text.charCodeAt(0) === 0xfeff;
  const { tokens, groups, errors } = lexer.tokenize(marked ? ` ${source.text.slice(1)}` : source.text);
  if (marked) {
    findings.portability(
      { start: 0, end: 1 },
      'thriftpy2 does not read a file that begins with a byte order mark',
    );
  }
  for (const error of errors) reportCharacters(error, source.text, findings);
  for (const { startOffset } of groups.unclosed ?? []) {
    const span = { start: startOffset, end: startOffset + 2 };
    findings.lexicalError(span, 'unterminated-comment', 'this comment is not closed', 'it lacks its */');
    findings.lose({ start: startOffset, end: source.text.length });
  }
  for (const token of tokens) refine(token, findings);
  return { tokens: withinNesting(tokens, findings), comments: groups.comments ?? [] };
}

/** `skipValidations` is for production; a spec checks the vocabulary once. */
export function createLexer(skipValidations: boolean): Lexer {
  return new Lexer(lexerTypes, {
    positionTracking: 'onlyOffset',
    ensureOptimizations: true,
    skipValidations,
  });
}

function refine(token: IToken, findings: Findings): void {
  const { tokenType } = token;
  if (tokenType === Identifier) {
    const type = wordTypes.get(token.image);
    if (type !== undefined) retype(token, type);
    else if (token.image.includes('.')) checkDots(token, findings);
  } else if (tokenType === NumberText) {
    const value = decodeNumber(token, findings);
    token.payload = value;
    retype(token, typeof value === 'bigint' ? Integer : Double);
  } else if (tokenType === StringLiteral) {
    token.payload = decodeString(token, findings);
  } else if (tokenType === CurlyString) {
    token.payload = token.image.slice(1, -1);
    const span = { start: token.startOffset, end: token.startOffset + token.image.length };
    findings.lexicalError(
      span,
      'bad-character',
      'a string stands between straight quotes',
      `write "${clip(token.image.slice(1, -1))}"`,
    );
  }
}

function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx!;
}

function checkDots(token: IToken, findings: Findings): void {
  if (!token.image.endsWith('.') && !token.image.includes('..')) return;
  const span = { start: token.startOffset, end: token.startOffset + token.image.length };
  findings.lexicalError(
    span,
    'bad-name',
    `"${clip(token.image)}" is no name: each of its dots needs a word on both sides`,
  );
}

function reportCharacters({ offset, length }: ILexingError, text: string, findings: Findings): void {
  const image = text.slice(offset, offset + length);
  const message = `unexpected ${[...image.slice(0, 4)].length === 1 ? 'character' : 'characters'} "${clip(image)}"`;
  findings.lexicalError(
    { start: offset, end: offset + length },
    'bad-character',
    message,
    characterHint(image),
  );
}

function characterHint(image: string): string | undefined {
  if (/[\p{L}\p{N}]/u.test(image)) return 'names are made of the letters A to Z, digits and "_"';
  if (image === '\u00a0' || image === '\u200b') return 'it looks like a blank, but is none; delete it';
  if (/^[-+|]/.test(image)) return 'names have no such character, and constants are not computed';
  if (image === '$' || image === '`' || image === '?') return undefined;
  if (image.startsWith('\ufeff')) return 'a byte order mark belongs to the beginning of a file only';
  return undefined;
}

const closers: ReadonlyMap<TokenType, TokenType> = new Map([
  [RBrace, LBrace],
  [RParen, LParen],
  [RBracket, LBracket],
  [RAngle, LAngle],
]);
const openers: ReadonlySet<TokenType> = new Set(closers.values());

/**
 * Leaves out what is nested too deep and reports it, so that the recursion of the parser, of the linker and of
 * whatever else walks the tree has an end.
 */
function withinNesting(tokens: IToken[], findings: Findings): IToken[] {
  const open: TokenType[] = [];
  let kept: IToken[] | undefined;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    const type = token.tokenType;
    const deep = open.length > maxNesting;
    if (openers.has(type)) {
      open.push(type);
      if (!deep && open.length > maxNesting) {
        kept ??= tokens.slice(0, index);
        findings.lexicalError(
          { start: token.startOffset, end: token.startOffset + 1 },
          'nested-too-deep',
          `more than ${maxNesting} brackets are open here`,
        );
      }
    } else if (closers.has(type)) {
      close(open, closers.get(type)!);
    } else if (open.length > 0 && definitionWords.has(type) && beginsDefinition(tokens, index)) {
      // What was open until here lacks its closer; the parser will say so.
      open.length = 0;
    }
    // A closer goes with its opener.
    const keep = open.length < maxNesting || (!deep && open.length === maxNesting);
    if (kept !== undefined && keep) kept.push(token);
  }
  return kept ?? tokens;
}

function beginsDefinition(tokens: readonly IToken[], index: number): boolean {
  return tokens[index + 1]?.tokenType === Identifier && tokens[index + 2]?.tokenType === LBrace;
}

/** Closes `opener` if it is the innermost; "<" never spans other brackets, and "}" closes what is open inside it. */
function close(open: TokenType[], opener: TokenType): void {
  if (opener !== LAngle) while (open.at(-1) === LAngle) open.pop();
  if (opener === LBrace) open.length = Math.max(0, open.lastIndexOf(LBrace));
  else if (open.at(-1) === opener) open.pop();
}
