// The readable report, and beside it one line of numbers in the file that CI adds up, and what failed and why in the
// one that it prints last: of a long run only the end may be kept.
const { appendFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class Tally extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.on('fail', (test, error) => {
      appendFileSync(`${process.env.TALLY}.failures`, `${test.fullTitle()}\n${error.stack ?? error}\n\n`);
    });
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      appendFileSync(process.env.TALLY, `${passes} ${failures} ${pending}\n`);
    });
  }
};
