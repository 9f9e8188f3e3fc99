import type { IToken, ParserMethod } from 'chevrotain';
import type {
  Annotation,
  BaseTypeName,
  IntegerValue,
  MapEntry,
  Name,
  StructValueField,
  Type,
  Value,
} from './ast.ts';
import { unsignedHint } from './hints.ts';
import { RecoveringParser } from './recovering-parser.ts';
import {
  At,
  BaseWord,
  Colon,
  Comma,
  CppType,
  Double,
  Equals,
  False,
  Float,
  Identifier,
  Integer,
  LAngle,
  LBrace,
  LBracket,
  List,
  LParen,
  MapWord,
  RAngle,
  RBrace,
  RBracket,
  RParen,
  Separator,
  SetWord,
  StringLiteral,
  True,
} from './tokens.ts';

/** A tree node while it is being built. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** The one empty list of all nodes that have nothing to list. */
export const none: readonly never[] = Object.freeze([]);
const annotationName = { ERR_MSG: 'an annotation name or ")"' };
const structuredName = { ERR_MSG: 'the name of an annotation after "@"' };
const memberName = { ERR_MSG: 'a field name or "}"' };

/** The rules for what definitions are made of: names, annotations, types and values. */
export abstract class TermsParser extends RecoveringParser {
  // ── values ───────────────────────────────────────────────────────────────────────────────────────

  protected readonly integer: ParserMethod<[], IntegerValue> = this.RULE('integer', (): IntegerValue => {
    const token = this.OR(this.#integers);
    const { payload, startOffset: start } = token;
    const end = this.endOfLast();
    if (payload !== undefined) return { kind: 'integer', value: payload as bigint, start, end };
    this.findings.portability({ start, end }, '"true" and "false" as integers are read by Apache only');
    return { kind: 'integer', value: token.tokenType === True ? 1n : 0n, start, end };
  });

  readonly #integers = {
    DEF: [
      { ALT: () => this.CONSUME(Integer) },
      { ALT: () => this.CONSUME(True) },
      { ALT: () => this.CONSUME(False) },
    ],
    ERR_MSG: 'an integer',
  };

  protected readonly value: ParserMethod<[], Value> = this.RULE('value', (): Value => this.OR(this.#values));

  readonly #values: { DEF: { ALT: () => Value }[]; ERR_MSG: string } = {
    DEF: [
      { ALT: () => this.SUBRULE(this.scalar) },
      { ALT: () => this.SUBRULE(this.listValue) },
      { ALT: () => this.SUBRULE(this.mapValue) },
      { ALT: () => this.SUBRULE(this.referenceOrStruct) },
    ],
    ERR_MSG: 'a value',
  };

  protected readonly scalar: ParserMethod<[], Value> = this.RULE('scalar', (): Value => {
    const token = this.OR(this.#scalars);
    const { payload, startOffset: start } = token;
    const end = this.endOfLast();
    if (typeof payload === 'bigint') return { kind: 'integer', value: payload, start, end };
    if (typeof payload === 'number') return { kind: 'double', value: payload, start, end };
    if (typeof payload === 'string') return { kind: 'string', value: payload, start, end };
    return { kind: 'boolean', value: token.tokenType === True, start, end };
  });

  readonly #scalars = {
    DEF: [
      { ALT: () => this.CONSUME(Integer) },
      { ALT: () => this.CONSUME(StringLiteral) },
      { ALT: () => this.CONSUME(Double) },
      { ALT: () => this.CONSUME(True) },
      { ALT: () => this.CONSUME(False) },
    ],
    ERR_MSG: 'a string, a number, true or false',
  };

  protected readonly listValue: ParserMethod<[], Value> = this.RULE('listValue', (): Value => {
    const start = this.CONSUME(LBracket).startOffset;
    const elements: Value[] = [];
    this.MANY(() => {
      elements.push(this.SUBRULE(this.value));
      this.OPTION(() => this.CONSUME(Separator));
    });
    this.CONSUME(RBracket, { ERR_MSG: 'a value or "]"' });
    return { kind: 'list', elements, ...this.spanFrom(start) };
  });

  protected readonly mapValue: ParserMethod<[], Value> = this.RULE('mapValue', (): Value => {
    const start = this.CONSUME(LBrace).startOffset;
    const entries: MapEntry[] = [];
    this.MANY(() => {
      const key = this.SUBRULE(this.value);
      this.CONSUME(Colon, { ERR_MSG: '":" after the key' });
      entries.push({ key, value: this.SUBRULE1(this.value) });
      this.OPTION(() => this.CONSUME(Separator));
    });
    this.CONSUME(RBrace, { ERR_MSG: 'a key or "}"' });
    return { kind: 'map', entries, ...this.spanFrom(start) };
  });

  protected readonly referenceOrStruct: ParserMethod<[], Value> = this.RULE(
    'referenceOrStruct',
    (): Value => {
      const name = this.nameOf(this.CONSUME(Identifier));
      const fields = this.OPTION(() => this.SUBRULE(this.structFields));
      if (fields === undefined)
        return { kind: 'reference', name: name.text, start: name.start, end: name.end };
      const span = this.spanFrom(name.start);
      this.findings.portability(span, 'constants like "Name{field = 1}" are read by fbthrift only');
      return { kind: 'struct', name, fields, ...span };
    },
  );

  protected readonly structFields: ParserMethod<[], StructValueField[]> = this.RULE(
    'structFields',
    (): StructValueField[] => {
      this.CONSUME(LBrace);
      const fields: StructValueField[] = [];
      this.MANY(() => {
        const name = this.nameOf(this.CONSUME(Identifier));
        this.CONSUME(Equals, { ERR_MSG: '"=" after the field name' });
        fields.push({ name, value: this.SUBRULE(this.value) });
        this.OPTION(() => this.CONSUME(Separator));
      });
      this.CONSUME(RBrace, memberName);
      return fields;
    },
  );

  // ── annotations ──────────────────────────────────────────────────────────────────────────────────

  /** `(key = "value", flag)`, if there is any. */
  protected annotations(): readonly Annotation[] {
    if (!this.RECORDING_PHASE && !this.nextIs(LParen)) return none;
    const list = this.OPTION9(() => this.SUBRULE9(this.annotationList));
    return this.RECORDING_PHASE || list === undefined ? none : list;
  }

  protected readonly annotationList: ParserMethod<[], Annotation[]> = this.RULE(
    'annotationList',
    (): Annotation[] => {
      this.CONSUME(LParen);
      const annotations: Annotation[] = [];
      this.MANY(() => {
        annotations.push(this.SUBRULE(this.annotation));
        this.OPTION(() => this.CONSUME(Separator));
      });
      this.CONSUME(RParen, annotationName);
      return annotations;
    },
  );

  protected readonly annotation: ParserMethod<[], Annotation> = this.RULE('annotation', (): Annotation => {
    const name = this.nameOf(this.CONSUME(Identifier, annotationName));
    const value = this.OPTION(() => {
      this.CONSUME(Equals);
      return this.SUBRULE(this.scalar);
    });
    const span = this.spanFrom(name.start);
    if (value === undefined) return { name, structured: false, ...span };
    if (value.kind !== 'string') {
      this.findings.portability(value, 'annotation values other than strings are read by fbthrift only');
    }
    return { name, value, structured: false, ...span };
  });

  protected readonly structuredAnnotation: ParserMethod<[], Annotation> = this.RULE(
    'structuredAnnotation',
    (): Annotation => {
      const start = this.CONSUME(At).startOffset;
      const name = this.nameOf(this.CONSUME(Identifier, structuredName));
      const fields = this.OPTION(() => this.SUBRULE(this.structFields));
      const span = this.spanFrom(start);
      this.findings.portability(span, 'annotations like "@Name" are read by fbthrift only');
      if (fields === undefined) return { name, structured: true, ...span };
      const value = { kind: 'struct', name, fields, ...this.spanFrom(name.start) } as const;
      return { name, value, structured: true, ...span };
    },
  );

  // ── types ────────────────────────────────────────────────────────────────────────────────────────

  protected readonly type: ParserMethod<[], Type> = this.RULE('type', (): Type => {
    const type = this.OR(this.#types) as Draft<Type>;
    const annotations = this.annotations();
    if (annotations === none) return type;
    type.annotations = annotations;
    type.end = this.endOfLast();
    if (type.kind === 'named') {
      this.findings.portability(type, 'Apache reads no annotations on a type that is a name');
    }
    return type;
  });

  readonly #types: { DEF: { ALT: () => Type }[]; ERR_MSG: string } = {
    DEF: [
      { ALT: () => this.SUBRULE(this.namedType) },
      { ALT: () => this.#baseType(this.CONSUME(BaseWord)) },
      { ALT: () => this.SUBRULE(this.listType) },
      { ALT: () => this.SUBRULE(this.setType) },
      { ALT: () => this.SUBRULE(this.mapType) },
    ],
    ERR_MSG: 'a type',
  };

  #baseType(token: IToken): Type {
    const { image, startOffset: start } = token;
    return { kind: 'base', name: image as BaseTypeName, annotations: none, start, end: start + image.length };
  }

  protected readonly namedType: ParserMethod<[], Type> = this.RULE('namedType', (): Type => {
    const token = this.CONSUME(Identifier);
    const name = this.nameOf(token);
    const { start, end } = name;
    if (token.tokenType === Float) {
      this.findings.portability(name, 'the type "float" is known to fbthrift only');
      return this.#baseType(token);
    }
    if (name.text === 'unsigned' && /^(?:i\d+|byte|int|long|short|char)$/.test(this.LA(1).image)) {
      this.syntaxError(token, 'there is no type "unsigned"', start, unsignedHint);
      this.SKIP_TOKEN();
    }
    return { kind: 'named', name, annotations: none, start, end };
  });

  protected readonly listType: ParserMethod<[], Type> = this.RULE('listType', (): Type => {
    const start = this.CONSUME(List).startOffset;
    const before = this.#cppType();
    this.CONSUME(LAngle, { ERR_MSG: '"<" after "list"' });
    const element = this.SUBRULE(this.type);
    this.CONSUME(RAngle, { ERR_MSG: '">" after the element type' });
    // `cpp_type` may also name a field; before a string it does not.
    const after = this.RECORDING_PHASE || this.nextIs(StringLiteral, 2) ? this.#cppTypeAfter() : undefined;
    const cppType = after ?? before;
    const type: Type = { kind: 'list', element, annotations: none, ...this.spanFrom(start) };
    return cppType === undefined ? type : { ...type, cppType };
  });

  protected readonly setType: ParserMethod<[], Type> = this.RULE('setType', (): Type => {
    const start = this.CONSUME(SetWord).startOffset;
    const cppType = this.#cppType();
    this.CONSUME(LAngle, { ERR_MSG: '"<" after "set"' });
    const element = this.SUBRULE(this.type);
    this.CONSUME(RAngle, { ERR_MSG: '">" after the element type' });
    const type: Type = { kind: 'set', element, annotations: none, ...this.spanFrom(start) };
    return cppType === undefined ? type : { ...type, cppType };
  });

  protected readonly mapType: ParserMethod<[], Type> = this.RULE('mapType', (): Type => {
    const start = this.CONSUME(MapWord).startOffset;
    const cppType = this.#cppType();
    this.CONSUME(LAngle, { ERR_MSG: '"<" after "map"' });
    const key = this.SUBRULE(this.type);
    this.CONSUME(Comma, { ERR_MSG: '"," after the key type' });
    const value = this.SUBRULE1(this.type);
    this.CONSUME(RAngle, { ERR_MSG: '">" after the value type' });
    const type: Type = { kind: 'map', key, value, annotations: none, ...this.spanFrom(start) };
    return cppType === undefined ? type : { ...type, cppType };
  });

  #cppType(): Name | undefined {
    if (!this.RECORDING_PHASE && !this.nextIs(CppType)) return undefined;
    return this.OPTION8(() => this.#cppTypeClause(this.CONSUME8(CppType), this.CONSUME8(StringLiteral)));
  }

  #cppTypeAfter(): Name | undefined {
    return this.OPTION7(() => this.#cppTypeClause(this.CONSUME7(CppType), this.CONSUME7(StringLiteral)));
  }

  #cppTypeClause(word: IToken, name: IToken): Name {
    this.findings.portability(this.spanOf(word), '"cpp_type" is read by Apache and fbthrift only');
    return this.literalOf(name);
  }

  /** A string in quotes that is a path or a name. */
  protected literalOf(token: IToken): Name {
    return { ...this.nameOf(token), text: token.payload as string };
  }
}
