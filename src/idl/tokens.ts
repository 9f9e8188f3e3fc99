import { createToken, type IToken, Lexer, type TokenType } from 'chevrotain';

/**
 * The vocabulary. The lexer itself only tells words, numbers, strings and symbols apart; `lex` then finds out
 * which words are keywords, which costs one look-up per word instead of one pattern per keyword.
 */

/** Any word, keywords included: what may name a field, an argument or a throws entry. */
export const Word: TokenType = createToken({ name: 'Word', pattern: Lexer.NA, label: 'a word' });

/** A word that is free to name a definition; dots are part of it. */
export const Identifier: TokenType = createToken({
  name: 'Identifier',
  // One character class and nothing nested: V8 overflows its stack on long matches of `(?:\.\w+)*`.
  pattern: /[A-Za-z_][\w.]*/,
  categories: [Word],
  label: 'a name',
});

export const Separator: TokenType = createToken({
  name: 'Separator',
  pattern: Lexer.NA,
  label: '"," or ";"',
});

export const Integer: TokenType = createToken({ name: 'Integer', pattern: Lexer.NA, label: 'an integer' });
export const Double: TokenType = createToken({ name: 'Double', pattern: Lexer.NA, label: 'a number' });

/** Every number, until `lex` makes it an Integer or a Double. */
export const NumberText: TokenType = createToken({
  name: 'NumberText',
  pattern: /[+-]?(?:0[xX]\w*|0[bBoO]\d\w*|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/,
});

/** Ends at its quote, or at the end of the line when that is missing. */
export const StringLiteral: TokenType = createToken({
  name: 'StringLiteral',
  // A function, because a pattern with an alternative for escapes overflows V8's stack on long literals.
  pattern: (text: string, offset: number) => {
    const end = stringEnd(text, offset);
    return end === undefined ? null : ([text.slice(offset, end)] as unknown as RegExpExecArray);
  },
  start_chars_hint: ['"', "'"],
  line_breaks: false,
  label: 'a string in quotes',
});

/** “so” or ‘so’: what a word processor makes of a string. */
export const CurlyString: TokenType = createToken({
  name: 'CurlyString',
  pattern: /[“”„‟‘’‚‛«»][^“”„‟‘’‚‛«»\r\n]*[“”„‟‘’‚‛«»]?/,
  categories: [StringLiteral],
});

/** Comments of all kinds between slashes and stars; the parser finds the doc comments among them. */
export const BlockComment: TokenType = createToken({
  name: 'BlockComment',
  pattern: /\/\*[\s\S]*?\*\//,
  group: 'comments',
  line_breaks: true,
});

/** Runs to the end of the file: nothing closes it. */
export const OpenComment: TokenType = createToken({
  name: 'OpenComment',
  pattern: /\/\*[\s\S]*/,
  group: 'unclosed',
  line_breaks: true,
});

const LineComment = createToken({
  name: 'LineComment',
  pattern: /(?:\/\/|#)[^\n]*/,
  group: Lexer.SKIPPED,
});

const Blank = createToken({
  name: 'Blank',
  pattern: /[ \t\r\n]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});

function symbol(name: string, pattern: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, pattern, label: `"${pattern}"`, categories });
}

export const LBrace: TokenType = symbol('LBrace', '{');
export const RBrace: TokenType = symbol('RBrace', '}');
export const LParen: TokenType = symbol('LParen', '(');
export const RParen: TokenType = symbol('RParen', ')');
export const LBracket: TokenType = symbol('LBracket', '[');
export const RBracket: TokenType = symbol('RBracket', ']');
export const LAngle: TokenType = symbol('LAngle', '<');
export const RAngle: TokenType = symbol('RAngle', '>');
export const Colon: TokenType = symbol('Colon', ':');
export const Comma: TokenType = symbol('Comma', ',', [Separator]);
export const Semicolon: TokenType = symbol('Semicolon', ';', [Separator]);
export const Equals: TokenType = symbol('Equals', '=');
export const Star: TokenType = symbol('Star', '*');
export const Ampersand: TokenType = symbol('Ampersand', '&');
export const At: TokenType = symbol('At', '@');

/** By spelling: the words that `lex` gives a token type of their own. */
export const wordTypes: Map<string, TokenType> = new Map();

function word(image: string, ...categories: TokenType[]): TokenType {
  const type = createToken({
    name: `Word_${image}`,
    pattern: Lexer.NA,
    label: `"${image}"`,
    categories: categories.length === 0 ? [Word] : categories,
  });
  wordTypes.set(image, type);
  return type;
}

export const Namespace: TokenType = word('namespace');
export const Include: TokenType = word('include');
export const CppInclude: TokenType = word('cpp_include');
export const Const: TokenType = word('const');
export const Typedef: TokenType = word('typedef');
export const Enum: TokenType = word('enum');
export const Struct: TokenType = word('struct');
export const Union: TokenType = word('union');
export const Exception: TokenType = word('exception');
export const Service: TokenType = word('service');

export const Extends: TokenType = word('extends');
export const Throws: TokenType = word('throws');
export const Oneway: TokenType = word('oneway');
export const Async: TokenType = word('async');
export const Void: TokenType = word('void');
/** `required`, `optional`. */
export const Requiredness: TokenType = createToken({
  name: 'Requiredness',
  pattern: Lexer.NA,
  categories: [Word],
});
for (const image of ['required', 'optional']) word(image, Requiredness);
export const True: TokenType = word('true');
export const False: TokenType = word('false');
export const List: TokenType = word('list');
export const SetWord: TokenType = word('set');
export const MapWord: TokenType = word('map');
export const CppType: TokenType = word('cpp_type');
export const XsdAll: TokenType = word('xsd_all');
export const XsdOptional: TokenType = word('xsd_optional');
export const XsdNillable: TokenType = word('xsd_nillable');
export const XsdAttrs: TokenType = word('xsd_attrs');

/** The words of the base types. */
export const BaseWord: TokenType = createToken({
  name: 'BaseWord',
  pattern: Lexer.NA,
  categories: [Word],
  label: 'a base type',
});
for (const image of ['bool', 'byte', 'i8', 'i16', 'i32', 'i64', 'double', 'string', 'binary', 'uuid']) {
  word(image, BaseWord);
}

// fbthrift's words mean something only where its grammar wants them, and are free names everywhere else.
export const Float: TokenType = word('float', Identifier);
export const Package: TokenType = word('package', Identifier);
export const As: TokenType = word('as', Identifier);
export const Interaction: TokenType = word('interaction', Identifier);
export const Performs: TokenType = word('performs', Identifier);
export const Stream: TokenType = word('stream', Identifier);
export const Sink: TokenType = word('sink', Identifier);

/** `readonly`, `idempotent`. */
export const FunctionQualifier: TokenType = createToken({
  name: 'FunctionQualifier',
  pattern: Lexer.NA,
  categories: [Identifier],
});
/** `safe`, `transient`, `stateful`, `permanent`, `client`, `server`. */
export const ExceptionQualifier: TokenType = createToken({
  name: 'ExceptionQualifier',
  pattern: Lexer.NA,
  categories: [Identifier],
});
for (const image of ['readonly', 'idempotent']) word(image, FunctionQualifier);
for (const image of ['safe', 'transient', 'stateful', 'permanent', 'client', 'server']) {
  word(image, ExceptionQualifier);
}

/** The words that begin a header or a definition, and cannot begin anything inside one. */
export const definitionWords: ReadonlySet<TokenType> = new Set([
  Namespace,
  Include,
  CppInclude,
  Const,
  Typedef,
  Enum,
  Struct,
  Union,
  Exception,
  Service,
]);

/** The token types with a pattern, in the order of trial. */
export const lexerTypes: TokenType[] = [
  Blank,
  Identifier,
  NumberText,
  StringLiteral,
  LineComment,
  BlockComment,
  OpenComment,
  LBrace,
  RBrace,
  LParen,
  RParen,
  LBracket,
  RBracket,
  LAngle,
  RAngle,
  Colon,
  Comma,
  Semicolon,
  Equals,
  Star,
  Ampersand,
  At,
  CurlyString,
];

/** What the parser knows. */
export const vocabulary: TokenType[] = [
  ...lexerTypes,
  Word,
  Separator,
  Integer,
  Double,
  BaseWord,
  Requiredness,
  FunctionQualifier,
  ExceptionQualifier,
  ...wordTypes.values(),
];

/** True for any word. */
export function isWord({ tokenType }: IToken): boolean {
  return tokenType === Identifier || Word.categoryMatchesMap?.[tokenType.tokenTypeIdx!] === true;
}

/** True for a word that is no keyword of Apache's. */
export function isFree({ tokenType }: IToken): boolean {
  return tokenType === Identifier || Identifier.categoryMatchesMap?.[tokenType.tokenTypeIdx!] === true;
}

const backslash = 92;
const lineFeed = 10;

/** The offset after the closing quote, or that of the end of the line; undefined where no quote stands. */
function stringEnd(text: string, offset: number): number | undefined {
  const quote = text.charCodeAt(offset);
  if (quote !== 34 && quote !== 39) return undefined;
  for (let at = offset + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === lineFeed) return at;
    if (code === backslash && text.charCodeAt(at + 1) !== lineFeed) at++;
  }
  return text.length;
}
