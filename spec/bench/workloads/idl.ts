/** IDL of any size. Nothing in it that thriftrw could not read. */

/** So many lines: comments, structs and their services, as a real file has them. */
export function idlOfLines(lines: number): string {
  if (lines < 10)
    return ['service PingPong {', '  string ping()', '  string login(1: string username)', '}'].join('\n');
  const text: string[] = [];
  for (let i = 0; text.length < lines; i++) {
    text.push(
      `/** What is known of order ${i}, as of its last change. */`,
      `struct Order${i} {`,
      '  /** Given by the shop. */',
      '  1: required i64 id',
      '  2: optional string customer',
      '  3: optional list<string> tags',
      i === 0 ? '  4: optional double total' : `  4: optional map<string, Order${i - 1}> related`,
      '}',
      `service Orders${i} { Order${i} find(1: i64 id) }`,
      '',
    );
  }
  return text.slice(0, lines).join('\n');
}

/** So many types, each of which names the one before. */
export function idlOfTypes(count: number): string {
  const types = Array.from(
    { length: count },
    (_, i) => `struct T${i} {\n  1: i32 id\n  2: string name\n  3: list<T${Math.max(0, i - 1)}> others\n}`,
  );
  return types.join('\n');
}

/** One struct of so many fields. */
export function idlOfFields(count: number): string {
  const fields = Array.from({ length: count }, (_, i) => `  ${i + 1}: i32 f${i}`);
  return `struct Wide {\n${fields.join('\n')}\n}`;
}

/** A value of it. */
export function wideValue(count: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i]));
}
