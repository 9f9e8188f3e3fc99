import { type Client, type Event, Exception } from 'node-zookeeper-client';

/** Called once, when what was asked about is no longer so. */
export type Watcher = (event: Event) => void;

/** The names of a node's children; undefined where there is no such node, and nothing watches then. */
export function childrenOf(client: Client, path: string, watcher: Watcher): Promise<string[] | undefined> {
  return new Promise((resolve, reject) => {
    client.getChildren(path, watcher, (error, children) => {
      if (!error) resolve(children);
      else if (isCode(error, Exception.NO_NODE)) resolve(undefined);
      else reject(error);
    });
  });
}

/** Whether there is such a node; watches for the moment at which there is. */
export function exists(client: Client, path: string, watcher: Watcher): Promise<boolean> {
  return new Promise((resolve, reject) => {
    client.exists(path, watcher, (error, stat) => {
      if (error) reject(error);
      else resolve(Boolean(stat));
    });
  });
}

/** Runs an operation that gives nothing: true when it is done, false when it failed with `expected`. */
export function settled(
  expected: number,
  run: (done: (error: Error | Exception | null) => void) => void,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    run(error => {
      if (!error || isCode(error, expected)) resolve(!error);
      else reject(error);
    });
  });
}

/** By its number: the client may be of another copy of the package. */
export function isCode(error: unknown, code: number): boolean {
  return (error as { readonly code?: unknown }).code === code;
}

/** Throws a TypeError for what is no path of a node, or no way to make a client. */
export function checkNode(what: string, make: unknown, path: unknown): void {
  if (typeof make !== 'function')
    throw new TypeError(`${what}: expected a function that gives a client: () => createClient('zk1:2181')`);
  if (typeof path !== 'string' || !/^(\/[^/\0]+)+$/.test(path))
    throw new TypeError(`${what}: expected the path of a node, such as '/orders', got ${String(path)}`);
}
