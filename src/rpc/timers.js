/** The longest time that setTimeout can wait; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;
/** `setTimeout` for any number of ms, `Infinity` included. */
export function startTimer(ms, task) {
    return setTimeout(task, Math.min(Math.max(Math.ceil(ms), 0), LONGEST));
}
/** Waits for `done`, `ms` at most, and says whether it came. Rejects when it does. */
export async function within(ms, done) {
    let timer;
    const late = new Promise(resolve => {
        timer = startTimer(ms, () => resolve(false));
    });
    try {
        return await Promise.race([done.then(() => true), late]);
    }
    finally {
        clearTimeout(timer);
    }
}
/** A promise, settled from outside. */
export function deferred() {
    let resolve;
    let reject;
    const promise = new Promise((onResolve, onReject) => {
        resolve = onResolve;
        reject = onReject;
    });
    return { resolve, reject, promise };
}
