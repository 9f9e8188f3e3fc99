/** Writes src/idl/first-tokens.ts, which a change of the grammar makes out of date: `npm run grammar`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  Alternation,
  getLookaheadPaths,
  type IProduction,
  type LookaheadProductionType,
  NonTerminal,
  Option,
  Repetition,
  type Rule,
} from 'chevrotain';
import { ThriftParser } from '../../src/idl/parser.ts';

/** By rule and production, what may come first in each alternative, as Chevrotain's analysis has it. */
export function analysedFirstTokens(): Record<string, Record<string, string>> {
  const rules = Object.entries(new ThriftParser('analysed').getGAstProductions());
  return Object.fromEntries(rules.map(([name, rule]) => [name, Object.fromEntries(choices(rule, rule))]));
}

function choices(production: IProduction, rule: Rule): [string, string][] {
  // What another rule chooses is listed there.
  if (production instanceof NonTerminal) return [];
  const own: [string, string][] = [];
  if (production instanceof Alternation) own.push(choice('OR', 'Alternation', production.idx, rule));
  if (production instanceof Option) own.push(choice('OPTION', 'Option', production.idx, rule));
  if (production instanceof Repetition) own.push(choice('MANY', 'Repetition', production.idx, rule));
  const { definition = [] } = production as { definition?: IProduction[] };
  return [...own, ...definition.flatMap(inner => choices(inner, rule))];
}

function choice(
  name: string,
  prodType: LookaheadProductionType,
  occurrence: number,
  rule: Rule,
): [string, string] {
  const paths = getLookaheadPaths({ occurrence, rule, prodType, maxLookahead: 1 });
  // Of what is optional, the second alternative is what follows it.
  const alternatives = prodType === 'Alternation' ? paths : paths.slice(0, 1);
  const tokens = alternatives.map(alternative => alternative.flat().map(type => type.name));
  return [`${name}${occurrence || ''}`, tokens.map(names => names.join(' ')).join(' | ')];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = `/**
 * Which tokens may come first in each alternative of the grammar, by rule and production; the rules in the order of
 * their definition. Written by \`npm run grammar\`.
 */
export const firstTokens: Readonly<Record<string, Readonly<Record<string, string>>>> = ${JSON.stringify(
    analysedFirstTokens(),
    undefined,
    2,
  )};
`;
  writeFileSync(new URL('../../src/idl/first-tokens.ts', import.meta.url), text);
}
