/**
 * Recognises our errors across two copies of the package: `instanceof` would see two different classes,
 * the registered symbol is one and the same.
 */
export function brand(name: string): symbol {
  return Symbol.for(`livethrift.${name}`);
}

/** True for an object that carries `mark`, whichever copy of the package made it. */
export function isBranded(value: unknown, mark: symbol): boolean {
  return typeof value === 'object' && value !== null && mark in value;
}
