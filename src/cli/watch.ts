import { watch } from 'node:fs';
import { dirname } from 'node:path';

/** A moment: editors write a file in several steps. */
const MOMENT = 50;

/**
 * Calls `again` after changes of `.thrift` files beside the first ones, or beside those that it gives; and `ready` first,
 * when no change can be missed any more. Never resolves.
 */
export function watchDirectories(
  first: Iterable<string>,
  ready: () => void,
  again: () => Promise<Iterable<string>>,
): Promise<never> {
  const watched = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const onChange = (_: string, name: string | null) => {
    if (name?.endsWith('.thrift') !== true) return;
    clearTimeout(timer);
    timer = setTimeout(async () => follow(await again()), MOMENT);
  };
  // Directories, not files: an editor may put a new file in the old one's place.
  const follow = (files: Iterable<string>) => {
    for (const directory of new Set(Array.from(files, file => dirname(file)))) {
      if (watched.has(directory)) continue;
      watched.add(directory);
      const watcher = watch(directory, onChange);
      watcher.on('error', () => {
        watcher.close();
        watched.delete(directory);
      });
    }
  };
  follow(first);
  ready();
  return new Promise(() => {});
}
