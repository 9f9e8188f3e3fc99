/** Changes a file as soon as it is said to be watched, and says that this was seen. */
import { writeFileSync } from 'node:fs';
import { watchDirectories } from '../../../src/cli/watch.ts';

const file = process.argv[2]!;
await watchDirectories(
  [file],
  () => writeFileSync(file, 'struct Changed {}'),
  async () => {
    console.log('seen');
    process.exit();
  },
);
