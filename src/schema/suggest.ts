/** Beyond these a comparison costs more than its hint is worth. */
const longestName = 64;
const mostCandidates = 2_000;

/** The candidate that `name` was most likely meant to be, if one is near enough to be worth saying. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let nearest = Math.max(1, Math.floor(name.length / 3)) + 1;
  let left = mostCandidates;
  for (const candidate of candidates) {
    if (left-- === 0) break;
    if (candidate === name || Math.abs(candidate.length - name.length) >= nearest) continue;
    const apart = distance(wanted, candidate.toLowerCase(), nearest);
    if (apart < nearest) [best, nearest] = [candidate, apart];
    if (nearest === 0) break;
  }
  return best;
}

/** `did you mean "User"?`, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const found = suggest(name, candidates);
  return found === undefined ? undefined : `did you mean "${found}"?`;
}

/** Edits between two words, neighbours swapped counting as one; gives up at `limit`. */
function distance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cell = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cell = Math.min(cell, before[j - 2]! + 1);
      }
      row.push(cell);
      if (cell < least) least = cell;
    }
    if (least >= limit) return limit;
    [before, above] = [above, row];
  }
  return above[b.length]!;
}
