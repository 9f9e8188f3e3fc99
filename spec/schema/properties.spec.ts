import { expect } from 'chai';
import fc from 'fast-check';
import type { Definition, ModuleDescriptor } from '../../src/schema/descriptor.ts';
import { linked, outcomeOf, plain } from './linked.ts';

const definitions = [
  'const list<Color> PALETTE = [Color.RED, FAVOURITE, 2]',
  'const Color FAVOURITE = Color.BLUE',
  'const User ADMIN = {"name": NAME, "age": AGE, "tags": ["a"]}',
  'const string NAME = "root"',
  'const Years AGE = 99',
  'typedef i32 Years',
  'typedef list<User> Users',
  'enum Color { RED = 1, BLUE }',
  'struct User { 1: required string name = NAME, 2: Years age, 3: set<string> tags, 4: Users friends = [] }',
  'union Either { 1: User user, 2: Color color = FAVOURITE }',
  'exception Lost { 1: Either either }',
  'service Child extends Parent { Users all(1: Years age = AGE) throws (1: Lost lost) }',
  'service Parent { oneway void ping() }',
];

describe('linking', () => {
  it('gives the same whatever the order of definitions', () => {
    const expected = summary(linked(definitions.join('\n')));
    const shuffled = fc.shuffledSubarray(definitions, { minLength: definitions.length });
    fc.assert(
      fc.property(shuffled, lines => {
        expect(summary(linked(lines.join('\n')))).to.deep.equal(expected);
      }),
    );
  });

  it('survives any definitions, and finds what is wrong where it stands', () => {
    fc.assert(
      fc.property(fc.array(anyDefinition, { maxLength: 12 }), lines => {
        const text = lines.join('\n');
        for (const { line, column, length, message } of outcomeOf(text).diagnostics) {
          const place = `${message}\n${text}`;
          expect(line, place).to.be.within(1, Math.max(1, lines.length));
          expect(column - 1 + length, place).to.be.at.most((lines[line - 1] ?? ' ').length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** What does not depend on the order of definitions. */
function summary(module: ModuleDescriptor): string[] {
  return module.definitions.map(describeDefinition).sort();
}

function describeDefinition(definition: Definition): string {
  const head = `${definition.kind} ${definition}`;
  switch (definition.kind) {
    case 'const':
      return `${head} = ${JSON.stringify([definition.value.kind, plain(definition.value)])}`;
    case 'typedef':
      return `${head} = ${definition.type}`;
    case 'enum':
      return `${head} ${definition.members.map(member => `${member.name}=${member.value}`)}`;
    case 'struct':
    case 'union':
    case 'exception':
      return `${head} ${definition.fields.map(
        field =>
          `${field.id} ${field.type} ${field.name} ${field.defaultValue && JSON.stringify(plain(field.defaultValue))}`,
      )}`;
    default:
      return `${head} ${definition.extends} ${[...definition.methods.values()].map(String)}`;
  }
}

// Few names, so that they meet: as themselves, as each other, and in circles.
const name = fc.constantFrom('A', 'B', 'C', 'D');
const type = fc.oneof(
  { maxDepth: 2 },
  fc.constantFrom('bool', 'i8', 'i64', 'double', 'string', 'uuid'),
  name,
  fc.tuple(name, name).map(([key, value]) => `map<${key}, ${value}>`),
  name.map(element => `list<${element}>`),
);
const { value } = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    name,
    fc.tuple(name, name).map(([a, b]) => `${a}.${b}`),
    fc.constantFrom('1', '-300', '1.5', '"A"', '"x"', 'true', '{}', '[]'),
    fc.array(tie('value'), { maxLength: 3 }).map(elements => `[${elements}]`),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 })
      .map(entries => `{${entries.map(([key, inner]) => `${key}: ${inner}`)}}`),
  ),
}));
const field = fc
  .tuple(
    fc.constantFrom('', '1: ', '2: ', '-1: '),
    fc.constantFrom('', 'required '),
    type,
    name,
    fc.option(value),
  )
  .map(
    ([id, word, of, called, given]) => `${id}${word}${of} ${called}${given === null ? '' : ` = ${given}`}`,
  );
const fields = fc.array(field, { maxLength: 3 }).map(list => list.join(', '));
const anyDefinition = fc.oneof(
  fc.tuple(type, name, value).map(([of, called, given]) => `const ${of} ${called} = ${given}`),
  fc.tuple(type, name).map(([of, called]) => `typedef ${of} ${called}`),
  fc
    .tuple(name, fc.array(name, { maxLength: 3 }))
    .map(([called, members]) => `enum ${called} { ${members} }`),
  fc
    .tuple(fc.constantFrom('struct', 'union', 'exception'), name, fields)
    .map(([word, called, list]) => `${word} ${called} { ${list} }`),
  fc.tuple(name, name, name, fields, fields).map(([called, base, method, list, thrown]) => {
    return `service ${called} extends ${base} { ${base} ${method}(${list}) throws (${thrown}) }`;
  }),
);
