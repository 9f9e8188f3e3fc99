/** Who is told when a signal aborts. */
type Told = (reason: unknown) => void;

const waiting = new WeakMap<AbortSignal, Set<Told>>();

/**
 * Tells once when a signal aborts, unless what this gives is called before. However many wait, a signal has one listener
 * of ours, and none when nobody does: Node warns of more than ten as of a leak, and looks through all at each change.
 */
export function onAbort(signal: AbortSignal, told: Told): () => void {
  let all = waiting.get(signal);
  if (all === undefined) {
    all = new Set();
    waiting.set(signal, all);
    signal.addEventListener('abort', tellAll);
  }
  all.add(told);
  return () => {
    if (all.delete(told) && all.size === 0) forget(signal);
  };
}

function tellAll({ target }: Event): void {
  const signal = target as AbortSignal;
  const all = waiting.get(signal) ?? [];
  forget(signal);
  for (const told of all) told(signal.reason);
}

function forget(signal: AbortSignal): void {
  waiting.delete(signal);
  signal.removeEventListener('abort', tellAll);
}
