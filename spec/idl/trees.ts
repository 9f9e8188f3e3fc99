import fc, { type Arbitrary } from 'fast-check';
import type * as Ast from '../../src/idl/ast.ts';
import { docText } from '../../src/idl/docs.ts';
import { wordTypes } from '../../src/idl/tokens.ts';

/** Arbitrary trees, such as `parse` makes of some text; all positions are 0. */

const at = { start: 0, end: 0 } as const;
type Parts = Readonly<Record<string, Arbitrary<unknown>>>;

/** A node of arbitrary parts, those in `optional` present or absent. */
function node<T>(required: Parts, optional: Parts = {}): Arbitrary<T> {
  const positions = { start: fc.constant(0), end: fc.constant(0) };
  const requiredKeys = [...Object.keys(required), 'start', 'end'] as never[];
  return fc.record({ ...required, ...optional, ...positions }, { requiredKeys }) as unknown as Arbitrary<T>;
}

function few<T>(item: Arbitrary<T>): Arbitrary<T[]> {
  return fc.array(item, { maxLength: 3 });
}

function kind(...kinds: string[]): Arbitrary<string> {
  return fc.constantFrom(...kinds);
}

const toName = (text: string): Ast.Name => ({ text, ...at });
const none = fc.constant([]);

const words = fc.stringMatching(/^[A-Z][A-Za-z0-9_]{0,5}$/);
const softWords = fc.constantFrom(
  'stream',
  'sink',
  'readonly',
  'performs',
  'package',
  'as',
  'client',
  'interaction',
);
const names = fc.oneof(words, softWords).map(toName);
const dotted = fc.oneof(
  words,
  softWords,
  fc.tuple(words, words).map(parts => parts.join('.')),
);
const dottedNames = dotted.map(toName);
const fieldNames = fc.oneof(words, fc.constantFrom(...wordTypes.keys())).map(toName);
const texts = fc.string({ unit: 'binary', maxLength: 8 });
const literals = texts.map(toName);

const docs = few(
  fc.string({ unit: fc.constantFrom('a', 'b', ' ', '*', '\t', '"', '@', '{'), maxLength: 8 }),
).map(lines => docText(`/**\n${lines.map(line => ` * ${line}`).join('\n')}\n */`));
const doc = { doc: docs.filter(text => text !== undefined) };

// ── values, annotations, types ───────────────────────────────────────────────────────────────────────

const integers = node<Ast.IntegerValue>({
  kind: kind('integer'),
  value: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
});
const scalars: Arbitrary<Ast.Value> = fc.oneof(
  integers,
  node<Ast.DoubleValue>({ kind: kind('double'), value: fc.double({ noNaN: true }) }),
  node<Ast.BooleanValue>({ kind: kind('boolean'), value: fc.boolean() }),
  node<Ast.StringValue>({ kind: kind('string'), value: texts }),
);

function structValues(value: Arbitrary<Ast.Value>): Arbitrary<Ast.StructValue> {
  return node({ kind: kind('struct'), name: dottedNames, fields: few(fc.record({ name: names, value })) });
}

const { values } = fc.letrec<{ values: Ast.Value }>(tie => ({
  values: fc.oneof(
    { maxDepth: 3 },
    scalars,
    node<Ast.ReferenceValue>({ kind: kind('reference'), name: dotted }),
    node<Ast.ListValue>({ kind: kind('list'), elements: few(tie('values')) }),
    node<Ast.MapValue>({
      kind: kind('map'),
      entries: few(fc.record({ key: tie('values'), value: tie('values') })),
    }),
    structValues(tie('values')),
  ),
}));

const plain = few(
  node<Ast.Annotation>({ name: dottedNames, structured: fc.constant(false) }, { value: scalars }),
);
const structured = few(
  fc.oneof(
    node<Ast.Annotation>({ name: dottedNames, structured: fc.constant(true) }),
    structValues(values).map(
      (value): Ast.Annotation => ({ name: value.name, value, structured: true, ...at }),
    ),
  ),
);
const annotations = fc.tuple(structured, plain).map(lists => lists.flat());

const namedTypes = node<Ast.NamedType>({ kind: kind('named'), name: dottedNames, annotations: none });
const { types } = fc.letrec<{ types: Ast.Type }>(tie => ({
  types: fc.oneof(
    { maxDepth: 3 },
    node<Ast.BaseType>({
      kind: kind('base'),
      name: fc.constantFrom('bool', 'byte', 'i8', 'i64', 'float', 'double', 'string', 'binary', 'uuid'),
      annotations: plain,
    }),
    namedTypes,
    node<Ast.ListType | Ast.SetType>(
      { kind: kind('list', 'set'), element: tie('types'), annotations: plain },
      { cppType: literals },
    ),
    node<Ast.MapType>(
      { kind: kind('map'), key: tie('types'), value: tie('types'), annotations: plain },
      { cppType: literals },
    ),
  ),
}));

// ── members ──────────────────────────────────────────────────────────────────────────────────────────

function fieldParts(): [Parts, Parts] {
  const qualifiers = fc.subarray(['xsd_optional', 'xsd_nillable']).map(list => list.map(toName));
  return [
    { kind: kind('field'), name: fieldNames, annotations, type: types, reference: fc.boolean(), qualifiers },
    { id: integers, requiredness: fc.constantFrom('required', 'optional'), defaultValue: values, ...doc },
  ];
}

const simpleFields = few(node<Ast.Field>(...fieldParts()));
const [required, optional] = fieldParts();
const fields = few(node<Ast.Field>(required, { ...optional, xsdAttributes: simpleFields }));

const streams = fc.oneof(
  node<Ast.StreamReturn>({
    kind: kind('stream'),
    element: types,
    elementThrows: simpleFields,
    finalThrows: none,
  }),
  node<Ast.StreamReturn>({
    kind: kind('sink'),
    element: types,
    elementThrows: simpleFields,
    final: types,
    finalThrows: simpleFields,
  }),
);
const returns = fc.oneof(
  node<Ast.Returns>({}, { interaction: namedTypes }),
  node<Ast.Returns>({ first: types }, { interaction: namedTypes }),
  node<Ast.Returns>({ stream: streams }, { first: types }),
  node<Ast.Returns>({ stream: streams, first: types, interaction: namedTypes }),
);

const functions = node<Ast.Function>(
  {
    kind: kind('function'),
    name: names,
    annotations,
    oneway: fc.boolean(),
    qualifiers: fc.subarray(['readonly', 'idempotent', 'async']).map(list => list.map(toName)),
    returns,
    parameters: simpleFields,
    throws: simpleFields,
  },
  doc,
).map(fn => (fn.qualifiers.some(word => word.text === 'async') ? { ...fn, oneway: true } : fn));

// ── definitions ──────────────────────────────────────────────────────────────────────────────────────

const exceptionWords = fc.subarray(['safe', 'transient', 'client']).map(list => list.map(toName));
const structWords = fc.subarray(['xsd_all']).map(list => list.map(toName));
const common = { name: names, annotations };

const definitions: Arbitrary<Ast.Definition> = fc.oneof(
  node<Ast.Const>({ kind: kind('const'), ...common, type: types, value: values }, doc),
  node<Ast.Typedef>({ kind: kind('typedef'), ...common, type: types }, doc),
  node<Ast.Enum>(
    {
      kind: kind('enum'),
      ...common,
      members: few(
        node<Ast.EnumMember>({ kind: kind('enumMember'), ...common }, { value: integers, ...doc }),
      ),
    },
    doc,
  ),
  node<Ast.Struct>({ kind: kind('struct', 'union'), ...common, qualifiers: structWords, fields }, doc),
  node<Ast.Struct>({ kind: kind('exception'), ...common, qualifiers: exceptionWords, fields }, doc),
  node<Ast.Service>(
    { kind: kind('service', 'interaction'), ...common, functions: few(functions), performs: few(names) },
    { extends: dottedNames, ...doc },
  ),
);

const headers: Arbitrary<Ast.Header> = fc.oneof(
  node<Ast.Include>({ kind: kind('include'), path: literals }, { alias: names }),
  node<Ast.CppInclude>({ kind: kind('cppInclude'), path: literals }),
  node<Ast.Namespace>({
    kind: kind('namespace'),
    scope: fc.oneof(dottedNames, fc.constant(toName('*'))),
    name: dottedNames,
    annotations,
  }),
  node<Ast.Package>({ kind: kind('package'), name: literals, annotations: structured }),
);

export const documents: Arbitrary<Ast.Document> = node<Ast.Document>(
  {
    kind: kind('document'),
    headers: few(headers),
    definitions: few(definitions),
    lost: fc.constant([]),
  },
  doc,
).map(document => {
  if (document.headers.length > 0) return document;
  const { doc: _without, ...rest } = document;
  return rest;
});
