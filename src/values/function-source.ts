/**
 * The text of one function and the values it refers to. Only numbers, and names passed through
 * `JSON.stringify`, ever become text; everything else is bound as a parameter.
 */
export class FunctionSource {
  readonly #names: string[] = [];
  readonly #values: unknown[] = [];
  readonly #lines: string[] = [];

  /** Makes a value known to the text, under the name it returns. */
  bind(value: unknown): string {
    // By identity, of which `===` has no notion for -0: it is another default than 0.
    const known = this.#values.findIndex(bound => Object.is(bound, value));
    if (known >= 0) return this.#names[known]!;
    const name = `$${this.#names.length}`;
    this.#names.push(name);
    this.#values.push(value);
    return name;
  }

  add(...lines: string[]): void {
    this.#lines.push(...lines);
  }

  /** `return` is in the text: it is the body of a function that gives the function. */
  make<F>(): F {
    return new Function(...this.#names, `"use strict";\n${this.#lines.join('\n')}`)(...this.#values) as F;
  }
}

let allowed: boolean | undefined;

/** Whether text may become code: not under `--disallow-code-generation-from-strings`, or a policy like it. */
export function mayGenerate(): boolean {
  if (allowed === undefined) {
    try {
      new Function('');
      allowed = true;
    } catch {
      allowed = false;
    }
  }
  return allowed;
}
