import { expect } from 'chai';
import type { Outbox } from '../../../src/rpc/outbox.ts';
import type { Pump } from '../../../src/rpc/streaming/pump.ts';
import { Turns } from '../../../src/rpc/streaming/turns.ts';

/** An outbox as far as turns know it: what stands in it, and what the socket has not taken. */
class Waiting {
  position = 0;
  held = 0;
  isWriting = false;

  get unsent(): number {
    return this.position + this.held;
  }
}

function pumpOf(): Pump {
  return { resume: () => {} } as unknown as Pump;
}

function turnsOf(outbox: Waiting): Turns {
  return new Turns(outbox as unknown as Outbox);
}

/** Writes messages of so many bytes while it may, and gives how many. */
function fill(turns: Turns, outbox: Waiting, bytes: number): number {
  const pump = pumpOf();
  for (let count = 0; ; count++) {
    if (!turns.mayWrite(pump)) return count;
    outbox.position += bytes;
    turns.wrote(pump, bytes);
  }
}

describe('the turns of streams', () => {
  it('end with the message that goes beyond what may wait', () => {
    for (const [bytes, count] of [
      [1024, 64],
      [10_000, 7],
      [65_535, 2],
      [65_536, 1],
      [1_000_000, 1],
    ] as const) {
      const outbox = new Waiting();
      expect(fill(turnsOf(outbox), outbox, bytes), String(bytes)).to.equal(count);
    }
  });

  it('begin at once behind what others have written, however large that was', () => {
    const outbox = new Waiting();
    const turns = turnsOf(outbox);
    const [one, other] = [pumpOf(), pumpOf()];
    turns.mayWrite(one);
    turns.wrote(one, 64 * 1024);
    // Of what came meanwhile something stands there, but not much.
    outbox.position = 100;
    expect(turns.mayWrite(other)).to.equal(true);
  });

  it('leave nobody waiting below what a socket tells of when it is gone', () => {
    const outbox = new Waiting();
    const turns = turnsOf(outbox);
    fill(turns, outbox, 60_000);
    Object.assign(outbox, { position: 0, held: 64 * 1024 - 1 });
    expect(turns.mayWrite(pumpOf())).to.equal(true);
    outbox.held++;
    expect(turns.mayWrite(pumpOf())).to.equal(false);
  });
});
