import {
  EmbeddedActionsParser,
  EOF,
  type IToken,
  isRecognitionException,
  type ParserMethod,
  type TokenType,
} from 'chevrotain';
import type { Name, Span } from './ast.ts';
import { docText, isDocComment } from './docs.ts';
import { Findings } from './findings.ts';
import { hintFor, isForeign } from './hints.ts';
import type { Lexed } from './lex.ts';
import { clip } from './literals.ts';
import {
  At,
  Colon,
  Comma,
  definitionWords,
  Identifier,
  Integer,
  Interaction,
  isWord,
  LBrace,
  LBracket,
  LParen,
  RBrace,
  RBracket,
  RParen,
  Semicolon,
  StringLiteral,
  Void,
  vocabulary,
} from './tokens.ts';

/** A syntax error that a rule notices by itself; without a stack trace, which nobody would see. */
class Failure {
  readonly token: IToken;
  readonly message: string;

  constructor(token: IToken, message: string) {
    this.token = token;
    this.message = message;
  }
}

/** What `repeat` reads: the headers and definitions of a file, or what stands between braces or parentheses. */
export type Body = 'file' | 'members' | 'fields' | 'arguments';

/**
 * What the rules of the grammar stand on: positions, doc comments, and going on after an error. Chevrotain's
 * own recovery is off: it guesses tokens, and in this grammar guesses badly, because almost every word may be a
 * name. Instead each list of members catches the error of one member and goes on at the next.
 */
export abstract class RecoveringParser extends EmbeddedActionsParser {
  #text = '';
  #tokens: readonly IToken[] = [];
  #comments: readonly IToken[] = [];
  #commentIndex = 0;
  #findings: Findings = new Findings();

  constructor(skipValidations: boolean) {
    super(vocabulary, {
      skipValidations,
      maxLookahead: 1,
      recoveryEnabled: false,
      errorMessageProvider: {
        buildMismatchTokenMessage: ({ expected }) => expected.LABEL ?? expected.name,
        buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? 'something else',
        buildNotAllInputParsedMessage: () => 'the end of the file',
        buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? 'something else',
      },
    });
  }

  /** Runs a root rule over one text; nothing of the text is kept afterwards. */
  protected over<T>(text: string, lexed: Lexed, findings: Findings, rule: () => T): T {
    this.#text = text;
    this.#tokens = lexed.tokens.slice();
    this.#comments = lexed.comments;
    this.#commentIndex = 0;
    this.#findings = findings;
    this.input = lexed.tokens;
    try {
      return rule();
    } finally {
      this.input = [];
      this.#text = '';
      this.#tokens = [];
      this.#comments = [];
    }
  }

  protected get findings(): Findings {
    return this.#findings;
  }

  protected get textLength(): number {
    return this.#text.length;
  }

  // ── where things stand ───────────────────────────────────────────────────────────────────────────

  /** From `start` to the end of the token read last. */
  protected spanFrom(start: number): Span {
    return { start, end: this.endOfLast() };
  }

  protected endOfLast(): number {
    const last = this.LA(0);
    return last.tokenType === EOF ? 0 : last.startOffset + last.image.length;
  }

  protected nameOf(token: IToken): Name {
    return { text: token.image, start: token.startOffset, end: token.startOffset + token.image.length };
  }

  protected nextIs(type: TokenType, ahead = 1): boolean {
    return this.LA(ahead).tokenType === type;
  }

  /** The first doc comment before the first token. */
  protected firstDoc(): string | undefined {
    const end = this.nextIs(EOF) ? this.#text.length : this.LA(1).startOffset;
    const found = this.#comments.find(comment => comment.startOffset >= end || isDocComment(comment.image));
    return found !== undefined && found.startOffset < end ? docText(found.image) : undefined;
  }

  /** The last doc comment between the last token and the next. */
  protected docHere(): string | undefined {
    const comments = this.#comments;
    if (this.#commentIndex === comments.length) return undefined;
    const next = this.LA(1);
    const to = next.tokenType === EOF ? this.#text.length : next.startOffset;
    const from = this.endOfLast();
    let found: IToken | undefined;
    for (; this.#commentIndex < comments.length; this.#commentIndex++) {
      const comment = comments[this.#commentIndex]!;
      if (comment.startOffset >= to) break;
      if (comment.startOffset >= from && isDocComment(comment.image)) found = comment;
    }
    return found && docText(found.image);
  }

  // ── errors ───────────────────────────────────────────────────────────────────────────────────────

  /** Gives up the member at hand: `expected` was not found at the next token. */
  protected fail(expected: string): never {
    throw new Failure(this.LA(1), expected);
  }

  protected spanOf(token: IToken): Span {
    if (token.tokenType === EOF) {
      const last = this.#tokens.at(-1);
      const start = last === undefined ? this.#text.length : last.startOffset + last.image.length;
      return { start, end: this.#text.length };
    }
    return { start: token.startOffset, end: token.startOffset + token.image.length };
  }

  /** Reports a fault at a token of the member that began after `since`. */
  protected syntaxError(token: IToken, message: string, since: number, hint?: string): void {
    this.#findings.syntaxError(this.spanOf(token), since, message, hint);
  }

  #expectation(token: IToken, expected: string, since: number): void {
    const at = this.#indexOf(token);
    const hint = hintFor(expected, token, this.#tokens[at - 1]);
    this.syntaxError(token, `expected ${expected}, found ${describe(token)}`, since, hint);
  }

  /** Reports the syntax error that a rule threw, and returns where it happened; anything else is thrown again. */
  protected caught(error: unknown, since: number): IToken {
    if (!(error instanceof Failure || isRecognitionException(error as Error))) throw error;
    const { token, message } = error as Failure;
    this.#expectation(token, message, since);
    return token;
  }

  // ── lists ────────────────────────────────────────────────────────────────────────────────────────

  /**
   * `member*` until what closes the body, which is left to the caller. A member that cannot be read is reported
   * and left out, and reading goes on where the next one begins.
   */
  protected repeat<T>(member: ParserMethod<[], T>, body: Body): T[] {
    if (this.RECORDING_PHASE) {
      this.MANY(() => this.SUBRULE(member));
      return [];
    }
    const members: T[] = [];
    while (!this.#ends(body)) {
      const first = this.LA(1);
      const since = this.endOfLast();
      try {
        members.push(this.SUBRULE(member));
      } catch (error) {
        this.#skipToNext(first, this.caught(error, since), body);
      }
    }
    if (this.#findings.exhausted) this.#findings.lose({ start: this.endOfLast(), end: this.#text.length });
    return members;
  }

  /** The closing token of a body, reported if something else stands there. */
  protected close(closer: TokenType, opener: IToken, what: string): void {
    if (this.RECORDING_PHASE || this.nextIs(closer)) {
      this.CONSUME(closer);
      return;
    }
    const next = this.LA(1);
    const message = `expected ${closer.LABEL} to close ${what}, found ${describe(next)}`;
    const line = this.#text.slice(0, opener.startOffset).split(/\r\n|\n|\r/).length;
    this.syntaxError(
      next,
      message,
      opener.startOffset,
      `the "${opener.image}" in line ${line} is never closed`,
    );
  }

  /**
   * The opening token of a body. If other words stand before it they are reported and skipped, so that the
   * members are not lost; undefined, and reported, if no body follows.
   */
  protected open(what: string, since: number): IToken | undefined {
    if (this.RECORDING_PHASE || this.nextIs(LBrace)) return this.CONSUME(LBrace);
    this.#expectation(this.LA(1), `"{" to open ${what}`, since);
    for (let ahead = 1; ahead < 16 && !this.#isDefinitionStart(ahead); ahead++) {
      const { tokenType } = this.LA(ahead);
      if (tokenType === EOF || tokenType === RBrace) break;
      if (tokenType !== LBrace) continue;
      for (; ahead > 1; ahead--) this.SKIP_TOKEN();
      return this.CONSUME1(LBrace);
    }
    return undefined;
  }

  #ends(body: Body): boolean {
    const next = this.LA(1);
    if (next.tokenType === EOF || this.#findings.exhausted) return true;
    if (body === 'file') return false;
    if (next.tokenType === RBrace || this.#isDefinitionStart(1)) return true;
    return body === 'arguments' && (next.tokenType === RParen || this.#isFunctionStart());
  }

  /** True where only a new header or definition can begin, whatever may still be open. */
  #isDefinitionStart(ahead: number): boolean {
    const { tokenType } = this.LA(ahead);
    if (tokenType === Interaction) {
      return this.LA(ahead + 1).tokenType === Identifier && this.LA(ahead + 2).tokenType === LBrace;
    }
    if (!definitionWords.has(tokenType)) return false;
    return isWord(this.LA(ahead + 1)) || this.LA(ahead + 1).tokenType === StringLiteral;
  }

  /** Inside parens: a function begins, so the one before lacks its ")". */
  #isFunctionStart(): boolean {
    if (this.nextIs(Void)) return true;
    const afterParen = this.LA(4).tokenType;
    return this.nextIs(LParen, 3) && isWord(this.LA(1)) && (afterParen === RParen || afterParen === Integer);
  }

  /** From the failed member's first token on, so that the brackets it opened are known. */
  #skipToNext(first: IToken, failed: IToken, body: Body): void {
    const start = this.#indexOf(first);
    const reached = Math.max(this.#indexOf(failed), start);
    const open: TokenType[] = [];
    let index = start;
    for (; index < this.#tokens.length; index++) {
      const type = this.#tokens[index]!.tokenType;
      if (index >= reached && index > start && this.#beginsMember(index, open, body)) break;
      if (type === LBrace || type === LParen || type === LBracket) {
        open.push(type);
      } else if (type === RBrace) {
        const opener = open.lastIndexOf(LBrace);
        if (opener < 0 && body !== 'file') break;
        open.length = Math.max(0, opener);
      } else if (type === RParen) {
        if (open.length === 0 && body === 'arguments') break;
        if (open.at(-1) === LParen) open.pop();
      } else if (type === RBracket) {
        if (open.at(-1) === LBracket) open.pop();
      } else if (
        open.length === 0 &&
        index >= reached &&
        body !== 'file' &&
        (type === Comma || type === Semicolon)
      ) {
        index++;
        break;
      }
    }
    for (let here = this.#indexOf(this.LA(1)); here < index; here++) this.SKIP_TOKEN();
    this.#findings.lose({
      start: first.startOffset,
      end: this.#tokens[index]?.startOffset ?? this.#text.length,
    });
  }

  #beginsMember(index: number, open: readonly TokenType[], body: Body): boolean {
    const token = this.#tokens[index]!;
    const next = this.#tokens[index + 1];
    const startsLine = this.#startsLine(index);
    if (definitionWords.has(token.tokenType) && next !== undefined) {
      const follows = isWord(next) || next.tokenType === StringLiteral;
      if (follows && (startsLine || (open.length === 0 && body === 'file'))) return true;
      if (next.tokenType === Identifier && this.#tokens[index + 2]?.tokenType === LBrace) return true;
    }
    if (body === 'file') {
      const begins = token.tokenType === At || token.tokenType === Interaction || isForeign(token.image);
      return begins && open.length === 0 && startsLine;
    }
    if (body !== 'members' && token.tokenType === Integer && next?.tokenType === Colon) {
      return !open.includes(LBrace);
    }
    return open.length === 0 && startsLine && (isWord(token) || token.tokenType === At);
  }

  #startsLine(index: number): boolean {
    const previous = this.#tokens[index - 1];
    if (previous === undefined) return true;
    const gap = this.#text.slice(
      previous.startOffset + previous.image.length,
      this.#tokens[index]!.startOffset,
    );
    return /[\r\n]/.test(gap);
  }

  /** True if the next token stands on the line of the one before. */
  protected sameLine(): boolean {
    return this.nextIs(EOF) || !this.#startsLine(this.#indexOf(this.LA(1)));
  }

  #indexOf(token: IToken): number {
    if (token.tokenType === EOF) return this.#tokens.length;
    let low = 0;
    let high = this.#tokens.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tokens[middle]!.startOffset < token.startOffset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** How a token is called in a message. */
export function describe(token: IToken): string {
  if (token.tokenType === EOF) return 'the end of the file';
  return token.tokenType === StringLiteral ? clip(token.image) : `"${clip(token.image)}"`;
}
