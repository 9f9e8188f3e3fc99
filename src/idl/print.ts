import type {
  Annotation,
  Definition,
  Document,
  EnumMember,
  Field,
  Function as FunctionNode,
  Header,
  Returns,
  Service,
  StreamReturn,
  Struct,
  Type,
  Value,
} from './ast.ts';

/** Canonical text of a tree: what `parse` makes of it is the same tree, positions aside. */
export function print(document: Document): string {
  const headers = document.headers.map(header).join('');
  const definitions = document.definitions.map(definition).join('\n');
  const gap = headers !== '' && definitions !== '' ? '\n' : '';
  return `${doc(document.doc, '')}${headers}${gap}${definitions}`;
}

/** A type as it is written: `map<i32, list<shared.User>>`. */
export function printType(type: Type): string {
  const annotated = annotations(type.annotations);
  switch (type.kind) {
    case 'base':
      return type.name + annotated;
    case 'named':
      return type.name.text + annotated;
    case 'map':
      return `map${cppType(type)}<${printType(type.key)}, ${printType(type.value)}>${annotated}`;
    default:
      return `${type.kind}${cppType(type)}<${printType(type.element)}>${annotated}`;
  }
}

/** A value as it is written. */
export function printValue(value: Value): string {
  switch (value.kind) {
    case 'integer':
    case 'boolean':
      return String(value.value);
    case 'double':
      return double(value.value);
    case 'string':
      return quoted(value.value);
    case 'reference':
      return value.name;
    case 'list':
      return `[${value.elements.map(printValue).join(', ')}]`;
    case 'map':
      return `{${value.entries.map(entry => `${printValue(entry.key)}: ${printValue(entry.value)}`).join(', ')}}`;
    case 'struct': {
      const fields = value.fields.map(field => `${field.name.text} = ${printValue(field.value)}`);
      return `${value.name.text}{${fields.join(', ')}}`;
    }
  }
}

function header(node: Header): string {
  switch (node.kind) {
    case 'include':
      return `include ${quoted(node.path.text)}${node.alias === undefined ? '' : ` as ${node.alias.text}`}\n`;
    case 'cppInclude':
      return `cpp_include ${quoted(node.path.text)}\n`;
    case 'package':
      return `${structured(node.annotations, '')}package ${quoted(node.name.text)}\n`;
    case 'namespace':
      return `${structured(node.annotations, '')}namespace ${node.scope.text} ${node.name.text}${annotations(node.annotations)}\n`;
  }
}

function definition(node: Definition): string {
  const lead = doc(node.doc, '') + structured(node.annotations, '');
  return `${lead}${definitionBody(node)}${annotations(node.annotations)}\n`;
}

function definitionBody(node: Definition): string {
  const name = node.name.text;
  switch (node.kind) {
    case 'const':
      return `const ${printType(node.type)} ${name} = ${printValue(node.value)}`;
    case 'typedef':
      return `typedef ${printType(node.type)} ${name}`;
    case 'enum':
      return `enum ${name} ${braces(node.members.map(enumMember))}`;
    case 'service':
    case 'interaction':
      return service(node);
    default:
      return struct(node);
  }
}

function enumMember(node: EnumMember): string {
  const value = node.value === undefined ? '' : ` = ${printValue(node.value)}`;
  return member(node, `${node.name.text}${value}`);
}

function struct(node: Struct): string {
  const words = node.qualifiers.map(word => word.text);
  const head =
    node.kind === 'exception'
      ? [...words, 'exception', node.name.text]
      : [node.kind, node.name.text, ...words];
  return `${head.join(' ')} ${fieldBody(node.fields)}`;
}

function service(node: Service): string {
  const parent = node.extends === undefined ? '' : ` extends ${node.extends.text}`;
  const performs = node.performs.map(name => `  performs ${name.text};\n`);
  return `${node.kind} ${node.name.text}${parent} ${braces([...performs, ...node.functions.map(func)])}`;
}

function func(node: FunctionNode): string {
  const words = node.qualifiers.map(word => `${word.text} `).join('');
  // `async` alone already says it.
  const oneway = node.oneway && !node.qualifiers.some(word => word.text === 'async') ? 'oneway ' : '';
  const head = `${oneway}${words}${returns(node.returns)} ${node.name.text}(${fieldList(node.parameters)})`;
  return member(node, head + throws(node.throws));
}

function returns(node: Returns): string {
  const { interaction, first, stream } = node;
  const parts = interaction === undefined ? [] : [printType(interaction)];
  if (first !== undefined) parts.push(printType(first));
  else if (stream === undefined) parts.push('void');
  if (stream !== undefined) parts.push(streamReturn(stream));
  return parts.join(', ');
}

function streamReturn(node: StreamReturn): string {
  const element = printType(node.element) + throws(node.elementThrows);
  const final = node.final === undefined ? '' : `, ${printType(node.final)}${throws(node.finalThrows)}`;
  return `${node.kind}<${element}${final}>`;
}

function throws(fields: readonly Field[]): string {
  return fields.length === 0 ? '' : ` throws (${fieldList(fields)})`;
}

function fieldList(fields: readonly Field[]): string {
  const lead = (node: Field) => doc(node.doc, '') + structured(node.annotations, '');
  return fields.map(node => lead(node) + field(node) + annotations(node.annotations)).join(', ');
}

function fieldBody(fields: readonly Field[]): string {
  return braces(fields.map(node => member(node, field(node))));
}

function field(node: Field): string {
  const id = node.id === undefined ? '' : `${node.id.value}: `;
  const requiredness = node.requiredness === undefined ? '' : `${node.requiredness} `;
  const reference = node.reference ? ' &' : '';
  const value = node.defaultValue === undefined ? '' : ` = ${printValue(node.defaultValue)}`;
  const words = node.qualifiers.map(word => ` ${word.text}`).join('');
  const xsd = node.xsdAttributes === undefined ? '' : ` xsd_attrs ${fieldBody(node.xsdAttributes)}`;
  return `${id}${requiredness}${printType(node.type)}${reference} ${node.name.text}${value}${words}${xsd}`;
}

/** One line, or more, of a body. */
function member(node: EnumMember | Field | FunctionNode, text: string): string {
  const lead = doc(node.doc, '  ') + structured(node.annotations, '  ');
  return `${lead}  ${text}${annotations(node.annotations)};\n`;
}

function braces(members: readonly string[]): string {
  return members.length === 0 ? '{}' : `{\n${members.join('')}}`;
}

function annotations(nodes: readonly Annotation[]): string {
  const plain = nodes.filter(node => !node.structured).map(annotation);
  return plain.length === 0 ? '' : ` (${plain.join(', ')})`;
}

function annotation(node: Annotation): string {
  return node.value === undefined ? node.name.text : `${node.name.text} = ${printValue(node.value)}`;
}

function structured(nodes: readonly Annotation[], indentation: string): string {
  const lines = nodes.filter(node => node.structured);
  const text = ({ name, value }: Annotation) => (value === undefined ? name.text : printValue(value));
  return lines.map(node => `${indentation}@${text(node)}\n`).join('');
}

function cppType(type: { readonly cppType?: { readonly text: string } }): string {
  return type.cppType === undefined ? '' : ` cpp_type ${quoted(type.cppType.text)} `;
}

function doc(text: string | undefined, indentation: string): string {
  if (text === undefined) return '';
  const lines = text.split('\n').map(line => `${indentation} * ${line}`.trimEnd());
  return `${indentation}/**\n${lines.join('\n')}\n${indentation} */\n`;
}

function double(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '1e999' : '-1e999';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

function quoted(text: string): string {
  return `"${text.replace(/[\n\r\t"\\]/g, character => escapes.get(character)!)}"`;
}
