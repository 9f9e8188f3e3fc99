/** Words that cannot name a declaration in a TypeScript module: JavaScript's own, and the built-in types. */
const reserved: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof var void while with yield ' +
    'any bigint boolean never number object string symbol undefined unknown'
  ).split(' '),
);

/** True for a word that cannot name a declaration. */
export function isReserved(name: string): boolean {
  return reserved.has(name);
}

/** What a definition is called inside its own module; `$` because no Thrift name has one. */
export function localName(name: string): string {
  return isReserved(name) ? `$${name}` : name;
}

/** A parameter's name: only its position counts, so one that cannot be is bent. */
export function parameterName(name: string): string {
  return isReserved(name) ? `${name}_` : name;
}

/** A method's name: `new(...)` bare would be a constructor. */
export function memberName(name: string): string {
  return isReserved(name) ? JSON.stringify(name) : name;
}
