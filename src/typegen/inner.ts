import type { Definition } from '../schema/descriptor.ts';
import { localName } from './names.ts';
import { Mapped, type Output } from './output.ts';

type Named = Pick<Definition, 'name' | 'position'>;

/**
 * The name by which a type of a definition's own is declared: `User.Input` as `User$Input`. Compilers print no more
 * than the last name of a type.
 */
export function innerName({ name, position }: Named, word: string): Mapped {
  return new Mapped(`${localName(name)}$${word}`, position);
}

/** Gives the type its short name. */
export function writeInner(out: Output, definition: Named, word: string): void {
  out.line('type ', new Mapped(word, definition.position), ` = ${innerName(definition, word).text};`);
}
