/**
 * Words that cannot name a declaration in a TypeScript module: JavaScript's own, the built-in types and operators
 * on types, and what declarations have inside (`User.Input`), which would hide it there.
 */
const reserved: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof var void while with yield ' +
    'any bigint boolean never number object string symbol undefined unknown ' +
    'infer keyof readonly unique ' +
    'Api Impl Input Name'
  ).split(' '),
);

/** True for a word that cannot name a declaration. */
export function isReserved(name: string): boolean {
  return reserved.has(name);
}

/** What a definition is called inside its own module, and a parameter in its list; no Thrift name has a `$`. */
export function localName(name: string): string {
  return isReserved(name) ? `${name}$` : name;
}

/** Begins a declaration; one under another name than its own is exported apart. */
export function exported(name: string, words: string): string {
  return isReserved(name) ? words : `export ${words}`;
}

/** A method's name: `new(...)` bare would be a constructor. */
export function memberName(name: string): string {
  return isReserved(name) ? JSON.stringify(name) : name;
}

/** True for what can be an export's name without quotes, which TypeScript takes in new versions only. */
export function isExportable(name: string): boolean {
  return name !== 'then' && /^[A-Za-z_]\w*$/.test(name);
}
