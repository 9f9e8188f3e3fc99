import { EventEmitter } from 'node:events';
import { mock } from 'node:test';
import { expect } from 'chai';
import type { Client } from 'node-zookeeper-client';
import { ZookeeperSession } from '../../src/registries/zookeeper-session.ts';

/** A client as the session uses it; whether the ensemble answers is up to the test. */
class FakeClient extends EventEmitter {
  readonly connectionManager = { socket: { destroy: () => this.said.push('destroyed') } };
  readonly said: string[] = [];
  answers = true;
  #state = 'DISCONNECTED';

  connect(): void {
    this.said.push('connect');
  }

  close(): void {
    this.said.push('close');
    if (this.answers) this.become('DISCONNECTED');
  }

  exists(_path: string, done: () => void): void {
    this.said.push('exists');
    if (this.answers) done();
  }

  getState(): { readonly name: string } {
    return { name: this.#state };
  }

  become(state: string): void {
    this.#state = state;
    this.emit('state');
    if (state === 'DISCONNECTED') this.emit('disconnected');
  }
}

describe('sessions of ZooKeeper', () => {
  let clients: FakeClient[];
  let lost: string[];
  let connected: number;
  let session: ZookeeperSession;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
    clients = [];
    lost = [];
    connected = 0;
    const make = () => {
      const client = new FakeClient();
      clients.push(client);
      return client as unknown as Client;
    };
    session = new ZookeeperSession(make, {
      connected: () => connected++,
      lost: error => lost.push(error.message),
    });
    mock.timers.tick(0);
  });

  afterEach(() => mock.timers.reset());

  function pass(ms: number): void {
    for (let i = 0; i < ms; i += 100) mock.timers.tick(100);
  }

  it('goes on for as long as it is answered', () => {
    clients[0]!.become('SYNC_CONNECTED');
    pass(600_000);
    expect([clients.length, connected, lost.length]).to.deep.equal([1, 1, 0]);
    expect(clients[0]!.said.filter(word => word === 'exists').length).to.be.greaterThan(50);
  });

  it('begins another one when it is not answered any more, and is rid of the connection', () => {
    clients[0]!.become('SYNC_CONNECTED');
    clients[0]!.answers = false;
    pass(12_000);
    expect(lost).to.deep.equal(['no answer within 5000 ms']);
    expect(clients[0]!.said.slice(-2)).to.deep.equal(['close', 'destroyed']);
    expect(clients).to.have.lengthOf(2);
  });

  it('begins another one when it is expired', () => {
    clients[0]!.become('SYNC_CONNECTED');
    clients[0]!.become('EXPIRED');
    pass(200);
    clients[1]!.become('SYNC_CONNECTED');
    expect([connected, lost]).to.deep.equal([2, ['the session is EXPIRED']]);
  });

  it('begins another one ever later while none is of use', () => {
    for (let i = 0; i < 60; i++) {
      clients.at(-1)!.become('SYNC_CONNECTED');
      clients.at(-1)!.become('DISCONNECTED');
      pass(1000);
    }
    expect(clients.length).to.be.within(10, 32);
  });

  it('is given up on where nobody welcomes it', () => {
    pass(5200);
    expect(lost).to.deep.equal(['no answer within 5000 ms']);
    expect(clients[0]!.said).to.deep.equal(['connect', 'close', 'destroyed']);
  });

  it('is closed when it has ended, or when nobody says so', async () => {
    clients[0]!.become('SYNC_CONNECTED');
    const closed = session.close();
    mock.timers.tick(0);
    await closed;
    pass(60_000);
    expect(clients).to.have.lengthOf(1);
    expect(clients[0]!.said.slice(-1)).to.deep.equal(['close']);
    expect(lost).to.deep.equal([]);
  });

  it('is not brought down by an error that comes too late', () => {
    clients[0]!.become('SYNC_CONNECTED');
    clients[0]!.become('DISCONNECTED');
    session.fail(new Error('late'), clients[0] as unknown as Client);
    expect(lost).to.deep.equal(['the session is DISCONNECTED']);
  });
});
