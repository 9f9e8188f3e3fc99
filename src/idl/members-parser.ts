import type { IToken, ParserMethod, TokenType } from 'chevrotain';
import type {
  Annotation,
  EnumMember,
  Field,
  Function as FunctionNode,
  Name,
  Returns,
  StreamReturn,
  Type,
} from './ast.ts';
import { type Draft, none, TermsParser } from './terms-parser.ts';
import {
  Ampersand,
  Async,
  At,
  Colon,
  Comma,
  CppType,
  Equals,
  Float,
  FunctionQualifier,
  Identifier,
  isFree,
  LAngle,
  LParen,
  Oneway,
  RAngle,
  RBrace,
  Requiredness,
  RParen,
  Separator,
  Sink,
  Stream,
  Throws,
  Void,
  Word,
  XsdAll,
  XsdAttrs,
  XsdNillable,
  XsdOptional,
} from './tokens.ts';

const fieldName = { ERR_MSG: 'a field name after its type' };
const afterId = { ERR_MSG: '":" after the id' };
/** Words of Apache's grammar that thriftpy2 has never heard of. */
const apacheWords: ReadonlySet<TokenType> = new Set([
  Async,
  CppType,
  XsdAll,
  XsdAttrs,
  XsdNillable,
  XsdOptional,
]);

/** The rules for what stands inside definitions: functions and fields; and for names. */
export abstract class MembersParser extends TermsParser {
  protected readonly enumMember: ParserMethod<[], EnumMember> = this.RULE('enumMember', (): EnumMember => {
    const { start, doc, structured } = this.lead();
    const name = this.name('enum member', this.CONSUME(Word, { ERR_MSG: 'the name of an enum member' }));
    const value = this.OPTION(() => {
      this.CONSUME(Equals);
      return this.SUBRULE(this.integer);
    });
    const annotations = joined(structured, this.annotations());
    const member: Draft<EnumMember> = { kind: 'enumMember', name, annotations, ...this.spanFrom(start) };
    if (value !== undefined) member.value = value;
    if (doc !== undefined) member.doc = doc;
    this.OPTION1(() => this.CONSUME(Separator));
    return member;
  });

  // ── functions ────────────────────────────────────────────────────────────────────────────────────

  protected readonly function: ParserMethod<[], FunctionNode> = this.RULE('function', (): FunctionNode => {
    const { start, doc, structured } = this.lead();
    const qualifiers: Name[] = [];
    let oneway = false;
    this.MANY1({
      GATE: () => !this.#returnsTypeNamedLikeQualifier(),
      DEF: () => {
        const word = this.SUBRULE(this.functionQualifier);
        if (word.text === 'oneway' || word.text === 'async') oneway = true;
        if (word.text !== 'oneway') qualifiers.push(word);
      },
    });
    const returns = this.SUBRULE(this.returns);
    const name = this.name('function', this.CONSUME(Word, { ERR_MSG: 'the name of a function' }));
    const parameters = this.SUBRULE(this.fieldList, { ARGS: ['the arguments'] });
    const throws = this.OPTION(() => {
      this.CONSUME(Throws);
      return this.SUBRULE1(this.fieldList, { ARGS: ['the list of exceptions'] });
    });
    const annotations = joined(structured, this.annotations());
    const { end } = this.spanFrom(start);
    const node: Draft<FunctionNode> = {
      kind: 'function',
      name,
      annotations,
      oneway,
      qualifiers,
      returns,
      parameters,
      throws: throws ?? none,
      start,
      end,
    };
    if (doc !== undefined) node.doc = doc;
    this.OPTION1(() => this.CONSUME(Separator));
    return node;
  });

  /** `readonly f(` is a function `f` that returns a type called `readonly`. */
  #returnsTypeNamedLikeQualifier(): boolean {
    if (!isFree(this.LA(1))) return false;
    const named = isFree(this.LA(2)) && !this.nextIs(Float, 2);
    return this.nextIs(Comma, 2) || (named && this.nextIs(LParen, 3));
  }

  protected readonly functionQualifier: ParserMethod<[], Name> = this.RULE('functionQualifier', (): Name => {
    const word = this.OR([
      { ALT: () => this.nameOf(this.CONSUME(Oneway)) },
      { ALT: () => this.nameOf(this.CONSUME(Async)) },
      { ALT: () => this.nameOf(this.CONSUME(FunctionQualifier)) },
    ]);
    if (word.text === 'async') {
      this.findings.warn(word, 'deprecated', '"async" is the old word for "oneway"', 'write: oneway');
    } else if (word.text !== 'oneway') {
      this.findings.portability(word, `"${word.text}" before a function is read by fbthrift only`);
    }
    return word;
  });

  protected readonly returns: ParserMethod<[], Returns> = this.RULE('returns', (): Returns => {
    const start = this.LA(1).startOffset;
    const returns: Draft<Returns> = { start, end: start };
    const part = this.SUBRULE(this.returnPart);
    const more: (Type | StreamReturn | undefined)[] = [part];
    this.MANY(() => {
      this.CONSUME(Comma);
      more.push(this.SUBRULE1(this.returnPart));
    });
    if (this.RECORDING_PHASE) return returns;
    returns.end = this.endOfLast();
    const last = more.at(-1);
    if (last?.kind === 'stream' || last?.kind === 'sink') {
      returns.stream = last;
      more.pop();
    }
    if (more.length > 2 || more.slice(0, -1).some(type => type?.kind !== 'named')) {
      this.syntaxError(this.LA(0), 'a function returns one type', start);
    }
    const interaction = more.length > 1 ? more[0] : undefined;
    const first = more.at(-1);
    if (interaction !== undefined) returns.interaction = interaction as Type;
    if (first !== undefined) returns.first = first as Type;
    return returns;
  });

  protected readonly returnPart: ParserMethod<[], Type | StreamReturn | undefined> = this.RULE(
    'returnPart',
    (): Type | StreamReturn | undefined => this.OR(this.#returnParts),
  );

  readonly #returnParts: {
    DEF: { GATE?: () => boolean; ALT: () => Type | StreamReturn | undefined }[];
    ERR_MSG: string;
  } = {
    DEF: [
      { GATE: () => this.nextIs(LAngle, 2), ALT: () => this.SUBRULE(this.stream) },
      { GATE: () => this.nextIs(LAngle, 2), ALT: () => this.SUBRULE(this.sink) },
      {
        ALT: () => {
          this.CONSUME(Void);
          return undefined;
        },
      },
      { ALT: () => this.SUBRULE(this.type) },
    ],
    ERR_MSG: 'a type, "void", "stream<...>" or "sink<...>"',
  };

  protected readonly stream: ParserMethod<[], StreamReturn> = this.RULE('stream', (): StreamReturn => {
    const word = this.CONSUME(Stream);
    this.findings.portability(this.spanOf(word), '"stream<...>" is read by fbthrift only');
    this.CONSUME(LAngle);
    const element = this.SUBRULE(this.type);
    const elementThrows = this.SUBRULE(this.throwsInside);
    this.CONSUME(RAngle, { ERR_MSG: '">" after the type of the stream' });
    const span = this.spanFrom(word.startOffset);
    return { kind: 'stream', element, elementThrows, finalThrows: none, ...span };
  });

  protected readonly sink: ParserMethod<[], StreamReturn> = this.RULE('sink', (): StreamReturn => {
    const word = this.CONSUME(Sink);
    this.findings.portability(this.spanOf(word), '"sink<...>" is read by fbthrift only');
    this.CONSUME(LAngle);
    const element = this.SUBRULE(this.type);
    const elementThrows = this.SUBRULE(this.throwsInside);
    this.CONSUME(Comma, { ERR_MSG: '"," and the type of the final response' });
    const final = this.SUBRULE1(this.type);
    const finalThrows = this.SUBRULE1(this.throwsInside);
    this.CONSUME(RAngle, { ERR_MSG: '">" after the types of the sink' });
    return { kind: 'sink', element, elementThrows, final, finalThrows, ...this.spanFrom(word.startOffset) };
  });

  protected readonly throwsInside: ParserMethod<[], readonly Field[]> = this.RULE(
    'throwsInside',
    (): readonly Field[] =>
      this.OPTION(() => {
        this.CONSUME(Throws);
        return this.SUBRULE(this.fieldList, { ARGS: ['the list of exceptions'] });
      }) ?? none,
  );

  // ── fields ───────────────────────────────────────────────────────────────────────────────────────

  protected readonly fieldBody: ParserMethod<[what: string], Field[]> = this.RULE(
    'fieldBody',
    (what: string): Field[] => {
      const opener = this.open(what, this.endOfLast());
      const fields = opener === undefined ? [] : this.repeat(this.field, 'fields');
      if (opener !== undefined) this.close(RBrace, opener, what);
      return fields;
    },
  );

  protected readonly fieldList: ParserMethod<[what: string], Field[]> = this.RULE(
    'fieldList',
    (what: string): Field[] => {
      const opener = this.CONSUME(LParen, { ERR_MSG: `"(" to open ${what}` });
      const fields = this.repeat(this.field, 'arguments');
      this.close(RParen, opener, what);
      return fields;
    },
  );

  protected readonly field: ParserMethod<[], Field> = this.RULE('field', (): Field => {
    const { start, doc, structured } = this.lead();
    const id = this.OPTION(() => {
      const integer = this.SUBRULE(this.integer);
      this.CONSUME(Colon, afterId);
      return integer;
    });
    const requiredness = this.OPTION1(() => this.CONSUME(Requiredness));
    const type = this.SUBRULE(this.type);
    const reference = this.OPTION2(() => this.thriftpy2Stumbles(this.CONSUME(Ampersand)));
    const name = this.#dotless(this.CONSUME(Word, fieldName));
    const defaultValue = this.OPTION3(() => {
      this.CONSUME(Equals);
      return this.SUBRULE(this.value);
    });
    const qualifiers: Name[] = [];
    this.OPTION4(() => qualifiers.push(this.thriftpy2Stumbles(this.CONSUME(XsdOptional))));
    this.OPTION5(() => qualifiers.push(this.thriftpy2Stumbles(this.CONSUME(XsdNillable))));
    const xsdAttributes = this.OPTION6(() => {
      this.thriftpy2Stumbles(this.CONSUME(XsdAttrs));
      return this.SUBRULE(this.fieldBody, { ARGS: ['xsd_attrs'] });
    });
    const annotations = joined(structured, this.annotations());
    const end = this.endOfLast();
    const field: Draft<Field> = {
      kind: 'field',
      name,
      annotations,
      type,
      reference: reference !== undefined,
      qualifiers,
      start,
      end,
    };
    if (id !== undefined) field.id = id;
    if (requiredness !== undefined) field.requiredness = requiredness.image as 'required' | 'optional';
    if (defaultValue !== undefined) field.defaultValue = defaultValue;
    if (doc !== undefined) field.doc = doc;
    if (xsdAttributes !== undefined) field.xsdAttributes = xsdAttributes;
    this.OPTION7(() => this.CONSUME(Separator));
    return field;
  });

  // ── beginnings and names ────────────────────────────────────────────────────────────────────────────────────────

  /** What may stand before a definition or a member: a doc comment and structured annotations, in any order. */
  protected lead(): { start: number; doc: string | undefined; structured: readonly Annotation[] } {
    const start = this.LA(1).startOffset;
    const doc = this.docHere();
    if (!this.RECORDING_PHASE && !this.nextIs(At)) return { start, doc, structured: none };
    const structured: Annotation[] = [];
    this.MANY9(() => structured.push(this.SUBRULE8(this.structuredAnnotation)));
    return { start, doc: this.docHere() ?? doc, structured: this.RECORDING_PHASE ? none : structured };
  }

  protected definitionName(what: string): Name {
    const expected = `the name of ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`;
    // A keyword on the next line begins the next definition, rather than naming this one.
    if (!this.RECORDING_PHASE && this.LA(1).tokenType !== Identifier && !this.sameLine()) this.fail(expected);
    return this.name(what, this.CONSUME9(Word, { ERR_MSG: expected }));
  }

  /** A keyword names nothing but fields; it is reported and taken, so that the definition is not lost. */
  protected name(what: string, token: IToken): Name {
    if (!isFree(token) && !this.RECORDING_PHASE) {
      const message = `"${token.image}" is a keyword of Thrift and cannot be the name of`;
      const article = /^[aeiou]/.test(what) ? 'an' : 'a';
      if (apacheWords.has(token.tokenType)) {
        this.findings.portability(this.spanOf(token), `"${token.image}" as a name is not read by Apache`);
      } else {
        this.findings.error(this.spanOf(token), 'reserved-word', `${message} ${article} ${what}`);
      }
    }
    if (what === 'enum member' && token.image.includes('.')) {
      this.findings.error(this.spanOf(token), 'bad-name', 'the name of an enum member has no dots');
      return this.nameOf(token);
    }
    return this.#dotless(token);
  }

  #dotless(token: IToken): Name {
    const name = this.nameOf(token);
    if (name.text.includes('.')) {
      this.findings.portability(name, 'names with dots are not read by Apache');
    }
    return name;
  }

  protected thriftpy2Stumbles(token: IToken): Name {
    this.findings.portability(this.spanOf(token), `"${token.image}" is not read by thriftpy2`);
    return this.nameOf(token);
  }
}

function joined(first: readonly Annotation[], second: readonly Annotation[]): readonly Annotation[] {
  if (first.length === 0) return second;
  return second.length === 0 ? first : [...first, ...second];
}
