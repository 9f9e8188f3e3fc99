import { EOF, type IToken, type ParserMethod, type Rule } from 'chevrotain';
import type {
  Annotation,
  Const as ConstNode,
  CppInclude as CppIncludeNode,
  Definition,
  Document,
  Enum as EnumNode,
  Function as FunctionNode,
  Header,
  Include as IncludeNode,
  Name,
  Namespace as NamespaceNode,
  Package as PackageNode,
  Service as ServiceNode,
  Struct as StructNode,
  Type,
  Typedef as TypedefNode,
} from './ast.ts';
import type { Findings } from './findings.ts';
import type { Lexed } from './lex.ts';
import { type Knowledge, prepare } from './lookahead.ts';
import { MembersParser } from './members-parser.ts';
import { type Draft, none } from './terms-parser.ts';
import {
  As,
  Comma,
  Const,
  CppInclude,
  Enum,
  Equals,
  Exception,
  ExceptionQualifier,
  Extends,
  Identifier,
  Include,
  Interaction,
  isFree,
  LParen,
  Namespace,
  Package,
  Performs,
  RBrace,
  Separator,
  Service,
  Star,
  StringLiteral,
  Struct,
  Typedef,
  Union,
  XsdAll,
} from './tokens.ts';

const path = { ERR_MSG: 'a path in quotes' };

let analysed: ThriftParser | undefined;

/** The grammar from the file down to the field; it builds the tree as it reads. */
export class ThriftParser extends MembersParser {
  readonly #knowledge: Knowledge;

  constructor(knowledge: Knowledge) {
    super(knowledge !== 'validated');
    this.#knowledge = knowledge;
    if (knowledge === 'prepared') prepare(this);
    else this.performSelfAnalysis();
  }

  /** The productions by rule. Chevrotain asks for them when none of the alternatives of a rule can be read. */
  override getGAstProductions(): Record<string, Rule> {
    if (this.#knowledge !== 'prepared') return super.getGAstProductions();
    analysed ??= new ThriftParser('analysed');
    return analysed.getGAstProductions();
  }

  readDocument(text: string, lexed: Lexed, findings: Findings): Document {
    return this.over(text, lexed, findings, () => this.document());
  }

  readType(text: string, lexed: Lexed, findings: Findings): Type | undefined {
    return this.over(text, lexed, findings, () => this.typeExpression());
  }

  // ── the file ─────────────────────────────────────────────────────────────────────────────────────

  readonly document: ParserMethod<[], Document> = this.RULE('document', (): Document => {
    const doc = this.firstDoc();
    const items = this.repeat(this.item, 'file');
    this.#checkOrder(items);
    const document: Draft<Document> = {
      kind: 'document',
      headers: items.filter(isHeader),
      definitions: items.filter(item => !isHeader(item)) as Definition[],
      lost: this.findings.lost,
      start: 0,
      end: this.textLength,
    };
    if (doc !== undefined && items[0] !== undefined && isHeader(items[0])) document.doc = doc;
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
      const { start, doc, structured } = this.lead();
      const item = this.OR(this.#items) as Draft<Header | Definition>;
      if (this.RECORDING_PHASE) {
        this.OPTION(() => this.CONSUME(Separator));
        return item;
      }
      item.start = start;
      if (structured.length > 0) this.#annotate(item, structured);
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
    if (item.kind === 'const' || (item.kind === 'typedef' && !comma)) return;
    const place = isHeader(item)
      ? 'a header'
      : item.kind === 'typedef'
        ? 'a typedef'
        : 'the body of a definition';
    const who =
      item.kind === 'typedef'
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
    const name = this.definitionName('constant');
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
    const name = this.definitionName('typedef');
    return { kind: 'typedef', name, annotations: this.annotations(), type, ...this.spanFrom(start) };
  });

  protected readonly enum: ParserMethod<[], EnumNode> = this.RULE('enum', (): EnumNode => {
    const start = this.CONSUME(Enum).startOffset;
    const name = this.definitionName('enum');
    const what = `enum "${name.text}"`;
    const opener = this.open(what, name.end);
    const members = opener === undefined ? [] : this.repeat(this.enumMember, 'members');
    if (opener !== undefined) this.close(RBrace, opener, what);
    return { kind: 'enum', name, annotations: this.annotations(), members, ...this.spanFrom(start) };
  });

  protected readonly struct: ParserMethod<[], StructNode> = this.RULE('struct', (): StructNode => {
    const word = this.OR([{ ALT: () => this.CONSUME(Struct) }, { ALT: () => this.CONSUME(Union) }]);
    const kind = word.tokenType === Union ? 'union' : 'struct';
    const name = this.definitionName(kind);
    const qualifiers = this.OPTION(() => this.thriftpy2Stumbles(this.CONSUME(XsdAll)));
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
    const name = this.definitionName('exception');
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
    const name = this.definitionName(kind);
    const parent = this.OPTION(() => {
      this.CONSUME(Extends);
      return this.nameOf(this.CONSUME(Identifier, { ERR_MSG: 'the name of a service after "extends"' }));
    });
    const what = `${kind} "${name.text}"`;
    const opener = this.open(what, name.end);
    const members = opener === undefined ? [] : this.repeat(this.serviceMember, 'members');
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

  readonly #serviceMembers: {
    DEF: { GATE?: () => boolean; ALT: () => FunctionNode | Name }[];
    ERR_MSG: string;
  } = {
    DEF: [
      // A function may return a type called `performs`.
      { GATE: () => isFree(this.LA(2)) && !this.nextIs(LParen, 3), ALT: () => this.SUBRULE(this.performs) },
      { ALT: () => this.SUBRULE(this.function) },
    ],
    ERR_MSG: 'a function, which begins with the type it returns',
  };

  protected readonly performs: ParserMethod<[], Name> = this.RULE('performs', (): Name => {
    const word = this.CONSUME(Performs);
    this.findings.portability(this.spanOf(word), '"performs" is read by fbthrift only');
    const name = this.nameOf(this.CONSUME(Identifier, { ERR_MSG: 'the name of an interaction' }));
    this.OPTION(() => this.CONSUME(Separator));
    return name;
  });
}

function isHeader(item: Header | Definition): item is Header {
  return !('name' in item) || item.kind === 'namespace' || item.kind === 'package';
}
