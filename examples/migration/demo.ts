/** The same program four times, from npm's thrift to livethrift. */
for (const step of ['before.js', 'step-1.js', 'step-2.js', 'after.ts']) {
  console.log(step);
  await import(`./${step}`);
}
