/** The details of a status as text, which is how they travel; undefined where there are none. */
export function detailsText(details: unknown): string | undefined {
  return details === undefined ? undefined : JSON.stringify(details, asJson)?.toWellFormed();
}

/** What is in such a text. */
export function parseDetails(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What JSON has no form for: numbers too large, and names that are looked up. */
function asJson(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value] : value;
}
