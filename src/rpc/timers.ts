/** The longest time that setTimeout can wait; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** `setTimeout` for any number of ms, `Infinity` included. */
export function startTimer(ms: number, task: () => void): NodeJS.Timeout {
  return setTimeout(task, Math.min(Math.max(Math.ceil(ms), 0), LONGEST));
}

/** Waits for `done`, `ms` at most, and says whether it came. Rejects when it does. */
export async function within(ms: number, done: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>(resolve => {
    timer = startTimer(ms, () => resolve(false));
  });
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface Deferred<T = void> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** A promise, settled from outside. */
export function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { resolve, reject, promise };
}
