import { expect } from 'chai';
import { Heartbeat } from '../../../src/rpc/streaming/heartbeat.ts';
import { until } from '../../support/peers.ts';

describe('the heartbeat of a connection of streams', () => {
  it('goes on where nothing is read because readers have fallen behind, and nobody is given up for it', async () => {
    let asked = 0;
    let silent = 0;
    const owner = { isPaused: true, ask: () => void asked++, silent: () => void silent++ };
    const heartbeat = new Heartbeat({ interval: 2, timeout: 2 }, owner);
    heartbeat.start();
    await until(() => asked > 3);
    expect(silent).to.equal(0);
    owner.isPaused = false;
    await until(() => silent === 1);
    heartbeat.stop();
  });
});
