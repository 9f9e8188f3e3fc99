import { EOF, type IToken, type ParserMethod, type TokenType } from 'chevrotain';
import type {
  Annotation,
  Const as ConstNode,
  CppInclude as CppIncludeNode,
  Definition,
  Document,
  EnumMember,
  Enum as EnumNode,
  Field,
  Function as FunctionNode,
  Header,
  Include as IncludeNode,
  Name,
  Namespace as NamespaceNode,
  Package as PackageNode,
  Returns,
  Service as ServiceNode,
  StreamReturn,
  Struct as StructNode,
  Type,
  Typedef as TypedefNode,
} from './ast.ts';
import type { Findings } from './findings.ts';
import type { Lexed } from './lex.ts';
import { type Draft, TermsParser } from './terms-parser.ts';
import {
  Ampersand,
  As,
  Async,
  At,
  Colon,
  Comma,
  Const,
  CppInclude,
  CppType,
  Enum,
  Equals,
  Exception,
  ExceptionQualifier,
  Extends,
  FunctionQualifier,
  Identifier,
  Include,
  Interaction,
  LAngle,
  LParen,
  Namespace,
  Oneway,
  Package,
  Performs,
  RAngle,
  RBrace,
  Requiredness,
  RParen,
  Separator,
  Service,
  Sink,
  Star,
  Stream,
  StringLiteral,
  Struct,
  Throws,
  Typedef,
  Union,
  Void,
  Word,
  XsdAll,
  XsdAttrs,
  XsdNillable,
  XsdOptional,
} from './tokens.ts';

const fieldName = { ERR_MSG: 'a field name after its type' };
const afterId = { ERR_MSG: '":" after the id' };
const path = { ERR_MSG: 'a path in quotes' };
const headers: ReadonlySet<TokenType> = new Set([Include, CppInclude, Namespace, Package]);
/** Words of Apache's grammar that thriftpy2 has never heard of. */
const apacheWords: ReadonlySet<TokenType> = new Set([
  Async,
  CppType,
  XsdAll,
  XsdAttrs,
  XsdNillable,
  XsdOptional,
]);
const none: readonly never[] = Object.freeze([]);

/** The grammar from the file down to the field; it builds the tree as it reads. */
export class ThriftParser extends TermsParser {
  /** `skipValidations` is for production; a spec checks the grammar once. */
  constructor(skipValidations: boolean) {
    super(skipValidations);
    this.performSelfAnalysis();
  }

  readDocument(text: string, lexed: Lexed, findings: Findings): Document {
    return this.over(text, lexed, findings, () => this.document());
  }

  readType(text: string, lexed: Lexed, findings: Findings): Type | undefined {
    return this.over(text, lexed, findings, () => this.typeExpression());
  }

  // ── the file ─────────────────────────────────────────────────────────────────────────────────────

  readonly document: ParserMethod<[], Document> = this.RULE('document', (): Document => {
    const doc = headers.has(this.LA(1).tokenType) ? this.docHere(true) : undefined;
    const items = this.repeat(this.item, 'file');
    const document: Draft<Document> = {
      kind: 'document',
      headers: items.filter(isHeader),
      definitions: items.filter(item => !isHeader(item)) as Definition[],
      complete: this.complete,
      start: 0,
      end: this.textLength,
    };
    this.#checkOrder(items);
    if (doc !== undefined) document.doc = doc;
    return document;
  });

  readonly typeExpression: ParserMethod<[], Type | undefined> = this.RULE(
    'typeExpression',
    (): Type | undefined => {
      try {
        const type = this.SUBRULE(this.type);
        if (!this.RECORDING_PHASE && !this.nextIs(EOF)) this.fail('the end of the type');
        return type;
      } catch (error) {
        this.caught(error, 0);
        return undefined;
      }
    },
  );

  protected readonly item: ParserMethod<[], Header | Definition> = this.RULE(
    'item',
    (): Header | Definition => {
      const { startOffset } = this.LA(1);
      const before = this.docHere();
      const annotations = this.#structuredAnnotations();
      const doc = (annotations.length > 0 ? this.docHere() : undefined) ?? before;
      const item = this.OR(this.#items) as Draft<Header | Definition>;
      if (this.RECORDING_PHASE) {
        this.OPTION(() => this.CONSUME(Separator));
        return item;
      }
      item.start = startOffset;
      if (annotations.length > 0) this.#annotate(item, annotations);
      if (doc !== undefined && !isHeader(item)) item.doc = doc;
      const separator = this.OPTION(() => this.CONSUME(Separator));
      if (separator !== undefined) this.#checkSeparator(item, separator);
      return item;
    },
  );

  readonly #items: { DEF: { ALT: () => Header | Definition }[]; ERR_MSG: string } = {
    DEF: [
      { ALT: () => this.SUBRULE(this.struct) },
      { ALT: () => this.SUBRULE(this.exception) },
      { ALT: () => this.SUBRULE(this.enum) },
      { ALT: () => this.SUBRULE(this.typedef) },
      { ALT: () => this.SUBRULE(this.const) },
      { ALT: () => this.SUBRULE(this.service) },
      { ALT: () => this.SUBRULE(this.include) },
      { ALT: () => this.SUBRULE(this.namespace) },
      { ALT: () => this.SUBRULE(this.cppInclude) },
      { ALT: () => this.SUBRULE(this.package) },
    ],
    ERR_MSG: 'a definition (struct, enum, service, const, typedef ...)',
  };

  #annotate(item: Draft<Header | Definition>, annotations: readonly Annotation[]): void {
    if ('annotations' in item) item.annotations = [...annotations, ...item.annotations];
    else this.findings.error(annotations[0]!, 'syntax-error', 'an include cannot be annotated');
  }

  #checkOrder(items: readonly (Header | Definition)[]): void {
    let definition: Definition | undefined;
    for (const item of items) {
      if (!isHeader(item)) definition ??= item;
      else if (definition !== undefined) {
        const word = item.kind === 'cppInclude' ? 'cpp_include' : item.kind;
        const message = `"${word}" must stand before the first definition`;
        this.findings.error(item, 'misplaced-header', message, `move it above "${definition.name.text}"`);
      }
    }
  }

  #checkSeparator(item: Header | Definition, separator: IToken): void {
    const comma = separator.tokenType === Comma;
    const plain = item.kind === 'const' || item.kind === 'typedef';
    if (plain && !comma) return;
    const place = isHeader(item) ? 'a header' : plain ? 'a const or typedef' : 'the body of a definition';
    const who = plain
      ? 'is not read by thriftpy2'
      : comma
        ? 'is read by fbthrift only'
        : 'is not read by Apache';
    this.findings.portability(this.spanOf(separator), `"${separator.image}" after ${place} ${who}`);
  }

  // ── headers ──────────────────────────────────────────────────────────────────────────────────────

  protected readonly include: ParserMethod<[], IncludeNode> = this.RULE('include', (): IncludeNode => {
    const start = this.CONSUME(Include).startOffset;
    const name = this.literalOf(this.CONSUME(StringLiteral, path));
    const alias = this.OPTION(() => {
      const word = this.CONSUME(As);
      this.findings.portability(this.spanOf(word), '"include ... as ..." is read by fbthrift only');
      return this.nameOf(this.CONSUME(Identifier, { ERR_MSG: 'a name after "as"' }));
    });
    const include: IncludeNode = { kind: 'include', path: name, ...this.spanFrom(start) };
    return alias === undefined ? include : { ...include, alias };
  });

  protected readonly cppInclude: ParserMethod<[], CppIncludeNode> = this.RULE(
    'cppInclude',
    (): CppIncludeNode => {
      const start = this.CONSUME(CppInclude).startOffset;
      const name = this.literalOf(this.CONSUME(StringLiteral, path));
      return { kind: 'cppInclude', path: name, ...this.spanFrom(start) };
    },
  );

  protected readonly namespace: ParserMethod<[], NamespaceNode> = this.RULE(
    'namespace',
    (): NamespaceNode => {
      const start = this.CONSUME(Namespace).startOffset;
      const scope = this.OR({
        DEF: [
          { ALT: () => this.nameOf(this.CONSUME(Identifier)) },
          { ALT: () => this.nameOf(this.CONSUME(Star)) },
        ],
        ERR_MSG: 'a language after "namespace", such as py, or "*"',
      });
      const name = this.OR1({
        DEF: [
          { ALT: () => this.nameOf(this.CONSUME1(Identifier)) },
          { ALT: () => this.#quotedNamespace(this.CONSUME(StringLiteral)) },
        ],
        ERR_MSG: 'a name after the language of the namespace',
      });
      const annotations = this.annotations();
      if (annotations.length > 0) {
        this.findings.portability(annotations[0]!, 'annotations on a namespace are not read by thriftpy2');
      }
      return {
        kind: 'namespace',
        scope,
        name,
        annotations,
        ...this.spanFrom(start),
      };
    },
  );

  #quotedNamespace(token: IToken): Name {
    const name = this.literalOf(token);
    if (!this.RECORDING_PHASE) {
      this.syntaxError(token, 'a namespace is not quoted', name.start, `write ${name.text}`);
    }
    return name;
  }

  protected readonly package: ParserMethod<[], PackageNode> = this.RULE('package', (): PackageNode => {
    const start = this.CONSUME(Package).startOffset;
    const name = this.literalOf(this.CONSUME(StringLiteral, { ERR_MSG: 'a name in quotes after "package"' }));
    const span = this.spanFrom(start);
    this.findings.portability(span, '"package" is read by fbthrift only');
    return { kind: 'package', name, annotations: none, ...span };
  });

  // ── definitions ──────────────────────────────────────────────────────────────────────────────────

  protected readonly const: ParserMethod<[], ConstNode> = this.RULE('const', (): ConstNode => {
    const start = this.CONSUME(Const).startOffset;
    const type = this.SUBRULE(this.type);
    const name = this.#definitionName('constant');
    this.CONSUME(Equals, { ERR_MSG: '"=" and a value after the name of a constant' });
    const value = this.SUBRULE(this.value);
    const annotations = this.annotations();
    if (annotations.length > 0) {
      this.findings.portability(annotations[0]!, 'annotations on a const are not read by Apache');
    }
    return { kind: 'const', name, annotations, type, value, ...this.spanFrom(start) };
  });

  protected readonly typedef: ParserMethod<[], TypedefNode> = this.RULE('typedef', (): TypedefNode => {
    const start = this.CONSUME(Typedef).startOffset;
    const type = this.SUBRULE(this.type);
    const name = this.#definitionName('typedef');
    return { kind: 'typedef', name, annotations: this.annotations(), type, ...this.spanFrom(start) };
  });

  protected readonly enum: ParserMethod<[], EnumNode> = this.RULE('enum', (): EnumNode => {
    const start = this.CONSUME(Enum).startOffset;
    const name = this.#definitionName('enum');
    const what = `enum "${name.text}"`;
    const opener = this.open(what, name.end);
    const members = opener === undefined ? [] : this.repeat(this.enumMember, 'braces');
    if (opener !== undefined) this.close(RBrace, opener, what);
    return { kind: 'enum', name, annotations: this.annotations(), members, ...this.spanFrom(start) };
  });

  protected readonly enumMember: ParserMethod<[], EnumMember> = this.RULE('enumMember', (): EnumMember => {
    const start = this.LA(1).startOffset;
    const before = this.docHere();
    const structured = this.#structuredAnnotations();
    const doc = (structured.length > 0 ? this.docHere() : undefined) ?? before;
    const name = this.#name('enum member', this.CONSUME(Word, { ERR_MSG: 'the name of an enum member' }));
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

  protected readonly struct: ParserMethod<[], StructNode> = this.RULE('struct', (): StructNode => {
    const word = this.OR([{ ALT: () => this.CONSUME(Struct) }, { ALT: () => this.CONSUME(Union) }]);
    const kind = word.tokenType === Union ? 'union' : 'struct';
    const name = this.#definitionName(kind);
    const qualifiers = this.OPTION(() => this.#thriftpy2Stumbles(this.CONSUME(XsdAll)));
    const fields = this.SUBRULE(this.fieldBody, { ARGS: [`${kind} "${name.text}"`] });
    const annotations = this.annotations();
    return {
      kind,
      name,
      annotations,
      qualifiers: qualifiers === undefined ? none : [qualifiers],
      fields,
      ...this.spanFrom(word.startOffset),
    };
  });

  protected readonly exception: ParserMethod<[], StructNode> = this.RULE('exception', (): StructNode => {
    const start = this.LA(1).startOffset;
    const qualifiers: Name[] = [];
    this.MANY(() => {
      const word = this.CONSUME(ExceptionQualifier);
      this.findings.portability(this.spanOf(word), 'words before "exception" are read by fbthrift only');
      qualifiers.push(this.nameOf(word));
    });
    this.CONSUME(Exception);
    const name = this.#definitionName('exception');
    const fields = this.SUBRULE(this.fieldBody, { ARGS: [`exception "${name.text}"`] });
    const annotations = this.annotations();
    return { kind: 'exception', name, annotations, qualifiers, fields, ...this.spanFrom(start) };
  });

  protected readonly service: ParserMethod<[], ServiceNode> = this.RULE('service', (): ServiceNode => {
    const word = this.OR([{ ALT: () => this.CONSUME(Service) }, { ALT: () => this.CONSUME(Interaction) }]);
    const kind = word.tokenType === Interaction ? 'interaction' : 'service';
    if (kind === 'interaction') {
      this.findings.portability(this.spanOf(word), '"interaction" is read by fbthrift only');
    }
    const name = this.#definitionName(kind);
    const parent = this.OPTION(() => {
      this.CONSUME(Extends);
      return this.nameOf(this.CONSUME(Identifier, { ERR_MSG: 'the name of a service after "extends"' }));
    });
    const what = `${kind} "${name.text}"`;
    const opener = this.open(what, name.end);
    const members = opener === undefined ? [] : this.repeat(this.serviceMember, 'braces');
    if (opener !== undefined) this.close(RBrace, opener, what);
    const annotations = this.annotations();
    const functions = members.filter(member => 'kind' in member);
    const performs = members.filter(member => !('kind' in member)) as Name[];
    const span = this.spanFrom(word.startOffset);
    const service: ServiceNode = { kind, name, annotations, functions, performs, ...span };
    return parent === undefined ? service : { ...service, extends: parent };
  });

  protected readonly serviceMember: ParserMethod<[], FunctionNode | Name> = this.RULE(
    'serviceMember',
    (): FunctionNode | Name => this.OR(this.#serviceMembers),
  );

  readonly #serviceMembers: { GATE?: () => boolean; ALT: () => FunctionNode | Name }[] = [
    // A type may be called `performs` too: what it returns then is the type of a function.
    { GATE: () => !this.nextIs(LParen, 3), ALT: () => this.SUBRULE(this.performs) },
    { ALT: () => this.SUBRULE(this.function) },
  ];

  protected readonly performs: ParserMethod<[], Name> = this.RULE('performs', (): Name => {
    const word = this.CONSUME(Performs);
    this.findings.portability(this.spanOf(word), '"performs" is read by fbthrift only');
    const name = this.nameOf(this.CONSUME(Identifier, { ERR_MSG: 'the name of an interaction' }));
    this.OPTION(() => this.CONSUME(Separator));
    return name;
  });

  // ── functions ────────────────────────────────────────────────────────────────────────────────────

  protected readonly function: ParserMethod<[], FunctionNode> = this.RULE('function', (): FunctionNode => {
    const start = this.LA(1).startOffset;
    const before = this.docHere();
    const structured = this.#structuredAnnotations();
    const doc = (structured.length > 0 ? this.docHere() : undefined) ?? before;
    const qualifiers: Name[] = [];
    let oneway = false;
    this.MANY1({
      // `readonly f(` is a function `f` that returns a type called `readonly`.
      GATE: () => !(this.nextIs(LParen, 3) && this.nextIsWord(2)),
      DEF: () => {
        const word = this.SUBRULE(this.functionQualifier);
        if (word.text === 'oneway' || word.text === 'async') oneway = true;
        if (word.text !== 'oneway') qualifiers.push(word);
      },
    });
    const returns = this.SUBRULE(this.returns);
    const name = this.#name('function', this.CONSUME(Word, { ERR_MSG: 'the name of a function' }));
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
    ERR_MSG: 'a function, which begins with the type it returns',
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
      const fields = opener === undefined ? [] : this.repeat(this.field, 'braces');
      if (opener !== undefined) this.close(RBrace, opener, what);
      return fields;
    },
  );

  protected readonly fieldList: ParserMethod<[what: string], Field[]> = this.RULE(
    'fieldList',
    (what: string): Field[] => {
      const opener = this.CONSUME(LParen, { ERR_MSG: '"("' });
      const fields = this.repeat(this.field, 'parens');
      this.close(RParen, opener, what);
      return fields;
    },
  );

  protected readonly field: ParserMethod<[], Field> = this.RULE('field', (): Field => {
    const start = this.LA(1).startOffset;
    const before = this.docHere();
    const structured = this.#structuredAnnotations();
    const doc = (structured.length > 0 ? this.docHere() : undefined) ?? before;
    const id = this.OPTION(() => {
      const integer = this.SUBRULE(this.integer);
      this.CONSUME(Colon, afterId);
      return integer;
    });
    const requiredness = this.OPTION1(() => this.CONSUME(Requiredness));
    const type = this.SUBRULE(this.type);
    const reference = this.OPTION2(() => this.#thriftpy2Stumbles(this.CONSUME(Ampersand)));
    const name = this.#dotless(this.CONSUME(Word, fieldName));
    const defaultValue = this.OPTION3(() => {
      this.CONSUME(Equals);
      return this.SUBRULE(this.value);
    });
    const qualifiers: Name[] = [];
    this.OPTION4(() => qualifiers.push(this.#thriftpy2Stumbles(this.CONSUME(XsdOptional))));
    this.OPTION5(() => qualifiers.push(this.#thriftpy2Stumbles(this.CONSUME(XsdNillable))));
    const xsdAttributes = this.OPTION6(() => {
      this.#thriftpy2Stumbles(this.CONSUME(XsdAttrs));
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

  // ── names ────────────────────────────────────────────────────────────────────────────────────────

  #structuredAnnotations(): readonly Annotation[] {
    if (!this.RECORDING_PHASE && !this.nextIs(At)) return none;
    const annotations: Annotation[] = [];
    this.MANY9(() => annotations.push(this.SUBRULE8(this.structuredAnnotation)));
    return this.RECORDING_PHASE ? none : annotations;
  }

  #definitionName(what: string): Name {
    const expected = `the name of ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`;
    // A keyword on the next line begins the next definition, rather than naming this one.
    if (!this.RECORDING_PHASE && this.LA(1).tokenType !== Identifier && !this.sameLine()) this.fail(expected);
    return this.#name(what, this.CONSUME9(Word, { ERR_MSG: expected }));
  }

  /** A keyword names nothing but fields; it is reported and taken, so that the definition is not lost. */
  #name(what: string, token: IToken): Name {
    const type = token.tokenType;
    if (
      type !== Identifier &&
      !Identifier.categoryMatchesMap?.[type.tokenTypeIdx!] &&
      !this.RECORDING_PHASE
    ) {
      const message = `"${token.image}" is a keyword of Thrift and cannot be the name of`;
      const article = /^[aeiou]/.test(what) ? 'an' : 'a';
      if (apacheWords.has(type)) {
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

  #thriftpy2Stumbles(token: IToken): Name {
    this.findings.portability(this.spanOf(token), `"${token.image}" is not read by thriftpy2`);
    return this.nameOf(token);
  }
}

function isHeader(item: Header | Definition): item is Header {
  return !('name' in item) || item.kind === 'namespace' || item.kind === 'package';
}

function joined(first: readonly Annotation[], second: readonly Annotation[]): readonly Annotation[] {
  if (first.length === 0) return second;
  return second.length === 0 ? first : [...first, ...second];
}
