import { expect } from 'chai';
import { RpcError } from '../../src/index.ts';
import { callOf } from '../support/calls.ts';
import { rejection } from '../support/errors.ts';

describe('a call', () => {
  it('tells who carries it, once, that it succeeded or why it failed', async () => {
    const told: unknown[] = [];
    const [good, bad] = [callOf('ping'), callOf('ping')];
    for (const { call } of [good, bad]) call.whenSettled(error => told.push(error));
    const reason = new Error('no');
    good.call.resolve('pong');
    good.call.reject(reason);
    bad.call.reject(reason);
    bad.call.resolve('pong');
    expect(told).to.deep.equal([undefined, reason]);
    expect(await good.result).to.equal('pong');
    expect(await rejection(bad.result)).to.equal(reason);
  });

  it('has one clock, whoever takes it over: the last one says what it was waiting for', async () => {
    const { call, result } = callOf('ping', [], 5);
    call.arm(() => new RpcError('DEADLINE_EXCEEDED', 'the first'));
    const { expiresAt } = call;
    while (performance.now() < expiresAt - 3);
    call.arm(() => new RpcError('DEADLINE_EXCEEDED', 'the second'));
    expect(call.expiresAt).to.equal(expiresAt);
    expect(await rejection(result)).to.include({ message: 'the second' });
  });
});
