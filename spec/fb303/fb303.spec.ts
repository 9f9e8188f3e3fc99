import { expect } from 'chai';
import {
  type ClientOptions,
  describe as describeLoaded,
  type Fb303Options,
  fb303,
  makeClient,
  makeServer,
} from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { closeAll, closing, settle } from '../support/peers.ts';
import { loaded, waitingHandler } from '../support/services.ts';

const { service: FacebookService, statuses } = fb303();

afterEach(closeAll);

/** A server of PingPong and fb303, and a client of the latter; `errors` is what its operator hears. */
async function serve(options: Fb303Options = {}, clientOptions: ClientOptions = {}) {
  const errors: unknown[] = [];
  const server = closing(
    makeServer(loaded.PingPong, waitingHandler().handler, { onError: error => errors.push(error) }),
  ).add(fb303(options));
  const address = await server.listen({ port: 0 });
  return { server, errors, client: closing(makeClient(FacebookService, address, clientOptions)) };
}

describe("fb303's contract", () => {
  const { methods, position } = describeLoaded(FacebookService);
  const signatures = Array.from(methods.values(), ({ name, oneway, parameters, returns, throws }) => {
    const given = parameters.map(parameter => `${parameter.id}: ${parameter.type} ${parameter.name}`);
    return `${oneway ? 'oneway ' : ''}${returns ?? 'void'} ${name}(${given.join(', ')})${throws.join()}`;
  });

  it("has the methods of Apache's, by name, type and id", () => {
    expect(position.file).to.equal('fb303.thrift');
    expect(signatures).to.deep.equal([
      'string getName()',
      'string getVersion()',
      'fb_status getStatus()',
      'string getStatusDetails()',
      'map<string, i64> getCounters()',
      'i64 getCounter(1: string key)',
      'void setOption(1: string key, 2: string value)',
      'string getOption(1: string key)',
      'map<string, string> getOptions()',
      'string getCpuProfile(1: i32 profileDurationInSec)',
      'i64 aliveSince()',
      'oneway void reinitialize()',
      'oneway void shutdown()',
    ]);
  });
});

describe('fb303', () => {
  for (const options of [
    {},
    { protocol: 'compact', transport: 'header' },
    { protocol: 'json', transport: 'framed' },
    { serviceName: 'FacebookService' },
  ] as const satisfies readonly ClientOptions[]) {
    it(`answers ${JSON.stringify(options)} beside the server's own service`, async () => {
      const { client } = await serve({ version: '1.2' }, options);
      expect(await client.getName()).to.equal('PingPong');
      expect(await client.getVersion()).to.equal('1.2');
      expect(await client.getStatus()).to.equal(2);
      expect(await client.getStatusDetails()).to.equal('');
      const own = closing(makeClient(loaded.PingPong, client.$channel));
      expect(await own.ping()).to.equal('pong');
    });
  }

  it('says how the service is, and why, each time anew', async () => {
    let isReady = false;
    const { client } = await serve({
      name: 'mine',
      status: async () => (isReady ? 'ALIVE' : 'STARTING'),
      statusDetails: () => (isReady ? '' : 'waits for its database'),
    });
    expect(await client.getName()).to.equal('mine');
    expect(await client.getStatus()).to.equal(1);
    expect(await client.getStatusDetails()).to.equal('waits for its database');
    isReady = true;
    expect(await client.getStatus()).to.equal(2);
    const fixed = await serve({ status: 'WARNING', statusDetails: 'the disk is full' });
    expect(await fixed.client.getStatus()).to.equal(5);
    expect(await fixed.client.getStatusDetails()).to.equal('the disk is full');
  });

  it('says it by a number, which the enum names', async () => {
    const { client } = await serve({ status: 'WARNING' });
    const status = await client.getStatus();
    expect(status).to.equal(statuses.WARNING);
    expect(statuses[status]).to.equal('WARNING');
    expect(Object.keys(statuses)).to.deep.equal([
      'DEAD',
      'STARTING',
      'ALIVE',
      'STOPPING',
      'STOPPED',
      'WARNING',
    ]);
    expect(describeLoaded(statuses).name).to.equal('fb_status');
  });

  it('is stopping while the server gives notice that it closes', async () => {
    const { client, server } = await serve({
      status: () => {
        throw new Error('asked when it is known');
      },
    });
    await client.$ready();
    const closed = server.close({ notice: Number.POSITIVE_INFINITY });
    expect(await client.getStatus()).to.equal(3);
    expect(await client.getStatusDetails()).to.equal('the server is closing');
    await server.close();
    await closed;
  });

  it('may be added to several servers: one that closes is not the other', async () => {
    const packaged = fb303({ status: 'ALIVE' });
    const [one, other] = [0, 1].map(() =>
      closing(makeServer(loaded.PingPong, waitingHandler().handler)).add(packaged),
    );
    await one!.close();
    const client = closing(makeClient(FacebookService, await other!.listen({ port: 0 })));
    expect(await client.getStatus()).to.equal(2);
  });

  it('counts what it is given, beside the process', async () => {
    const { client } = await serve({
      counters: () => ({ calls: 7, total: 2n ** 60n, ...JSON.parse('{ "__proto__": 1 }'), 'memory.rss': 5 }),
    });
    const counters = await client.getCounters();
    expect([...counters.keys()]).to.have.members([
      'uptime',
      'memory.rss',
      'memory.heap',
      'calls',
      'total',
      '__proto__',
    ]);
    expect(counters.get('total')).to.equal(2n ** 60n);
    expect(counters.get('memory.rss')).to.equal(5n);
    expect(Number(counters.get('memory.heap'))).to.be.greaterThan(1_000_000);
    expect(await client.getCounter('calls')).to.equal(7n);
    expect(await client.getCounter('__proto__')).to.equal(1n);
    for (const none of ['nothing', 'constructor', 'toString'])
      expect(await client.getCounter(none)).to.equal(0n);
    const { client: other } = await serve({ counters: async () => new Map([['constructor', 3]]) });
    expect(await other.getCounter('constructor')).to.equal(3n);
  });

  it('tells the operator of counters that are none', async () => {
    const { client, errors } = await serve({ counters: () => ({ ratio: 0.5 }) });
    expect(await rpcError(client.getCounters())).to.include({ code: 'INTERNAL' });
    expect(String(errors[0])).to.include('ratio').and.to.include('expected i64, got number 0.5');
  });

  it('shows options, and lets none be set unless it is told how', async () => {
    const options = new Map([['level', 'info']]);
    const { client } = await serve({ options });
    expect(await client.getOption('level')).to.equal('info');
    expect(await client.getOption('__proto__')).to.equal('');
    expect(await client.getOptions()).to.deep.equal(options);
    expect(await rpcError(client.setOption('level', 'debug'))).to.include({
      code: 'UNIMPLEMENTED',
      message: 'setOption is not offered here; fb303({ setOption }) offers it',
    });
    expect(options.get('level')).to.equal('info');
    const { client: other } = await serve({ options, setOption: (key, value) => options.set(key, value) });
    await other.setOption('level', 'debug');
    expect(await other.getOptions()).to.deep.equal(new Map([['level', 'debug']]));
    expect(await (await serve()).client.getOptions()).to.deep.equal(new Map());
  });

  it('profiles as it is told', async () => {
    const { client } = await serve({
      cpuProfile: (seconds, { peer }) => `${seconds} s for ${peer.length > 0}`,
    });
    expect(await client.getCpuProfile(3)).to.equal('3 s for true');
    expect(await rpcError((await serve()).client.getCpuProfile(3))).to.include({ code: 'UNIMPLEMENTED' });
  });

  it('is alive since it was added', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { client } = await serve();
    const since = Number(await client.aliveSince());
    expect(since).to.be.within(before, Math.floor(Date.now() / 1000));
  });

  it('does nothing when it is asked to end or begin anew, unless it is told what', async () => {
    const { client, errors } = await serve();
    await client.shutdown();
    await client.reinitialize();
    expect(await client.getStatus()).to.equal(2);
    expect(errors).to.deep.equal([]);
    const asked: string[] = [];
    const { client: other } = await serve({
      shutdown: ({ method }) => asked.push(method),
      reinitialize: ({ method }) => asked.push(method),
    });
    await other.shutdown();
    await other.reinitialize();
    await other.getName();
    await settle();
    expect(asked).to.deep.equal(['FacebookService.shutdown', 'FacebookService.reinitialize']);
  });

  it('refuses options that make no sense', () => {
    for (const [options, told] of [
      [{ nam: 'x' }, 'fb303: there is no option "nam"; there are name, version, '],
      [{ name: 5 }, 'fb303: name: expected a string, got 5'],
      [{ status: 2 }, 'fb303: status: expected a string or a function, got 2'],
      [
        { status: 'alive' },
        "fb303: status: expected one of DEAD, STARTING, ALIVE, STOPPING, STOPPED, WARNING; got 'alive'",
      ],
      [{ options: {} }, 'fb303: options: expected a Map, got [object Object]'],
      [{ shutdown: true }, 'fb303: shutdown: expected a function, got true'],
    ] as const)
      expect(() => fb303(options as object)).to.throw(TypeError, told);
  });
});
