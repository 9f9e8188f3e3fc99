/**
 * All nodes, each after those it needs. A circle is handed to `onCircle` as its nodes in order, the first
 * needing the second and the last the first. Chains may be of any length: nothing here calls itself.
 */
export function inOrder<T>(
  nodes: Iterable<T>,
  needs: (node: T) => Iterable<T>,
  onCircle: (circle: readonly T[]) => void,
): T[] {
  const ordered: T[] = [];
  const seen = new Map<T, 'open' | 'done'>();
  for (const start of nodes) {
    if (seen.has(start)) continue;
    seen.set(start, 'open');
    const path = [{ node: start, needs: needs(start)[Symbol.iterator]() }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { value: next, done } = top.needs.next();
      if (done) {
        seen.set(top.node, 'done');
        ordered.push(top.node);
        path.pop();
      } else if (!seen.has(next)) {
        seen.set(next, 'open');
        path.push({ node: next, needs: needs(next)[Symbol.iterator]() });
      } else if (seen.get(next) === 'open') {
        onCircle(path.slice(path.findIndex(step => step.node === next)).map(step => step.node));
      }
    }
  }
  return ordered;
}

/** `A -> B -> A`; a long circle is shown by its ends. */
export function circleText(names: readonly string[]): string {
  const closed = [...names, names[0]!];
  const shown = closed.length <= 9 ? closed : [...closed.slice(0, 4), '...', ...closed.slice(-4)];
  return shown.join(' -> ');
}
