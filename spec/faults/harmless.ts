import { expect } from 'chai';
import { closeAll, until } from '../support/peers.ts';

/** What must hold after each test of a suite: nobody's promise was left alone, and nothing is open that was not before. */
export function staysHarmless(): void {
  let before: string[];
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);

  beforeEach(async () => {
    // By now mocha's own timer runs, as it does after the test.
    await undefined;
    before = resources();
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });

  afterEach(async () => {
    await closeAll();
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
    await until(() => extra(before).length === 0).catch(() => {
      expect(extra(before)).to.deep.equal([]);
    });
  });
}

function resources(): string[] {
  return process.getActiveResourcesInfo();
}

/** What is open now and was not before. Timers that keep no process alive are not counted by Node. */
function extra(before: readonly string[]): string[] {
  const left = [...before];
  return resources().filter(name => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
