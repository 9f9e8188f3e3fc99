import type { EmbeddedActionsParser, IOrAlt, IToken, TokenType } from 'chevrotain';
import { firstTokens } from './first-tokens.ts';
import { vocabulary } from './tokens.ts';

/**
 * How a parser comes to know its own grammar: from what is written about it, which is quick, or by an analysis.
 * Validating it too is for a spec.
 */
export type Knowledge = 'prepared' | 'analysed' | 'validated';

/** Says which alternative begins with the next token, or, for what is optional, whether it does. */
type Lookahead = (this: Reading, alternatives: readonly IOrAlt<unknown>[]) => number | boolean | undefined;

interface Reading {
  LA_FAST(ahead: number): IToken;
}

/** What Chevrotain's analysis of a grammar leaves in a parser: by rule in the order of definition, by production. */
interface Analysed {
  selfAnalysisDone: boolean;
  lookAheadFuncsCache: Lookahead[][];
}

/** The productions of Chevrotain that choose; its keys for them are these, shifted, with their number. */
const kinds = ['', 'OR', 'OPTION', 'MANY'];
const numberBits = 8;

/**
 * Does for a parser what `performSelfAnalysis` does, which calls all its rules to find out what they are made of:
 * half of the time that the first load of a process took. What it finds is written in `firstTokens` instead, and a
 * spec compares the two. The productions themselves are not in the parser then.
 */
export function prepare(parser: EmbeddedActionsParser): void {
  const types = new Map(vocabulary.map(type => [type.name, type]));
  const analysed = parser as unknown as Analysed;
  analysed.lookAheadFuncsCache = Object.values(firstTokens).map(productions => {
    const functions: Lookahead[] = [];
    for (const [production, choices] of Object.entries(productions)) {
      const [, kind, number] = /^([A-Z]+)(\d*)$/.exec(production)!;
      const sets = choices.split(' | ').map(names => names.split(' ').map(name => types.get(name)!));
      functions[(kinds.indexOf(kind!) << numberBits) | Number(number)] =
        kind === 'OR' ? among(sets) : whether(sets);
    }
    return functions;
  });
  analysed.selfAnalysisDone = true;
}

function among(sets: readonly TokenType[][]): Lookahead {
  let candidates: number[][] | undefined;
  return function (alternatives) {
    candidates ??= byToken(sets);
    const found = candidates[this.LA_FAST(1).tokenTypeIdx];
    if (found === undefined) return undefined;
    for (let at = 0; at < found.length; at++) {
      const { GATE } = alternatives[found[at]!]!;
      if (GATE === undefined || GATE.call(this)) return found[at];
    }
    return undefined;
  };
}

function whether(sets: readonly TokenType[][]): Lookahead {
  let candidates: number[][] | undefined;
  return function () {
    candidates ??= byToken(sets);
    return candidates[this.LA_FAST(1).tokenTypeIdx] !== undefined;
  };
}

/** Which of the sets have a token type in them, by the type's index. */
function byToken(sets: readonly TokenType[][]): number[][] {
  const found: number[][] = [];
  sets.forEach((types, index) => {
    for (const { tokenTypeIdx, categoryMatches } of types) {
      for (const type of [tokenTypeIdx!, ...categoryMatches!]) (found[type] ??= []).push(index);
    }
  });
  return found;
}
