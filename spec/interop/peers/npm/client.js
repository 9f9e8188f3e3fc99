// Calls a server of everything.thrift with npm's thrift; dialect.js has its arguments.
// Prints "ok CHECK" or "failed CHECK: reason" for each check.
import assert from 'node:assert/strict';
import Int64 from 'node-int64';
import thrift from 'thrift';
import Everything from '../../build/npm/Everything.js';
import types from '../../build/npm/everything_types.js';
import { dial } from './dialect.js';

const {
  Colour,
  Containers,
  Defaults,
  Denied,
  Keyed,
  NotFound,
  Nothing,
  Optionals,
  Point,
  Scalars,
  Shape,
  Tree,
} = types;
const { TApplicationException, MessageType } = thrift.Thrift;

let connection;
let client;

function connect() {
  connection = dial(Everything);
  ({ client } = connection);
}

/* Its sets are arrays in whatever order they came in, and its 64-bit integers objects. */
function plain(value, key) {
  if (value instanceof Int64) return `i64 ${value.toOctetString()}`;
  if (Buffer.isBuffer(value)) return `bytes ${value.toString('hex')}`;
  if (Array.isArray(value)) {
    const items = value.map(item => plain(item));
    return key === 'smalls' || key === 'names' ? items.sort() : items;
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item, name)]));
}

const same = (actual, expected) => assert.deepEqual(plain(actual), plain(expected));

async function echoes(method, values) {
  for (const value of values) same(await client[method](value), value);
}

async function raised(kind, promise) {
  const error = await promise.then(
    result => assert.fail(`got the result ${JSON.stringify(result)}`),
    reason => reason,
  );
  assert.ok(error instanceof kind, `got ${error}`);
  return error;
}

/* Constants of type binary are generated as text. */
const extremes = Object.fromEntries(
  Object.entries(types.EXTREMES).map(([which, scalars]) => [
    which,
    new Scalars({ ...scalars, bytes: Buffer.from(scalars.bytes) }),
  ]),
);

/* A call to a method that the service does not have; the answer is read as an error. */
function callNope() {
  const seqid = client.new_seqid();
  const output = new client.pClass(client.output);
  output.writeMessageBegin('nope', MessageType.CALL, seqid);
  output.writeStructBegin('nope_args');
  output.writeFieldStop();
  output.writeStructEnd();
  output.writeMessageEnd();
  return new Promise(resolve => {
    client._reqs[seqid] = resolve;
    client.recv_nope = (input, type, pending) => {
      const error = new TApplicationException();
      error.read(input);
      input.readMessageEnd();
      client._reqs[pending]({ type, error });
    };
    client.output.flush();
  });
}

const checks = {
  async ping() {
    same(await client.ping(), 'pong');
  },

  async void() {
    same(await client.nothing(), undefined);
  },

  async booleans() {
    await echoes('echoBool', [true, false]);
  },

  async integers() {
    await echoes('echoI8', types.TINIES);
    await echoes('echoI16', types.SMALLS);
    await echoes('echoI32', types.MEDIUMS);
    await echoes('echoI64', types.LARGES);
  },

  async doubles() {
    await echoes('echoDouble', [...types.REALS, 5e-324, 2.2250738585072014e-308]);
  },

  async 'special doubles'() {
    await echoes('echoDouble', [Infinity, -Infinity, NaN]);
  },

  async 'negative zero'() {
    same(Object.is(await client.echoDouble(-0), -0), true);
  },

  async texts() {
    await echoes('echoString', types.TEXTS);
    await echoes('echoTexts', [types.TEXTS, []]);
  },

  async 'control characters'() {
    await echoes('echoString', ['\0 and \x7f', '\ufeff\uffff\u{10ffff}']);
  },

  async binary() {
    await echoes('echoBinary', [Buffer.of(), Buffer.of(0), Buffer.from([...Array(256).keys()])]);
  },

  async enums() {
    await echoes('echoColour', Object.values(Colour));
  },

  async 'enums beyond their names'() {
    await echoes('echoColour', [7, -1, -2147483648]);
    same((await client.echoScalars(new Scalars({ colour: 77 }))).colour, 77);
  },

  async extremes() {
    for (const [which, scalars] of Object.entries(extremes)) {
      same(await client.extremes(which), scalars);
      await echoes('echoScalars', [scalars]);
    }
    same((await raised(NotFound, client.extremes('nowhere'))).message, 'nowhere');
  },

  async 'optionals left out'() {
    same(await client.unset(), new Optionals());
    await echoes('echoOptionals', [new Optionals()]);
  },

  async 'optionals given'() {
    await echoes('echoOptionals', [
      new Optionals({
        truth: false,
        tiny: 0,
        small: 0,
        medium: 0,
        large: new Int64(0),
        real: 0,
        text: '',
        bytes: Buffer.of(),
        colour: Colour.RED,
        numbers: [],
        names: [],
        labels: {},
        scalars: extremes.lowest,
      }),
      new Optionals({ text: 'alone' }),
      new Optionals({ truth: true, numbers: [1, 2] }),
    ]);
  },

  async 'unset fields'() {
    await echoes('echoContainers', [new Containers()]);
    await echoes('echoScalars', [new Scalars()]);
  },

  async defaults() {
    same(await client.defaults(), new Defaults());
    await echoes('echoDefaults', [
      new Defaults(),
      new Defaults({
        medium: 1,
        numbers: [],
        names: ['a', 'b'],
        counts: {},
        point: new Point({ x: 3, y: 4 }),
        offered: 0,
        nobody: ['x'],
      }),
    ]);
  },

  async unions() {
    await echoes('echoShape', [
      new Shape({ number: -5 }),
      new Shape({ number: 0 }),
      new Shape({ text: 'a text' }),
      new Shape({ path: [new Point({ x: 0, y: 0 }), new Point({ x: 1, y: -1 })] }),
      new Shape({ scalars: extremes.highest }),
      new Shape({ colour: Colour.GREEN }),
      new Shape({ named: { here: new Point({ x: 2, y: 3 }) } }),
    ]);
  },

  async 'nested containers'() {
    await echoes('echoContainers', [
      new Containers({
        truths: [true, false, true],
        tinies: types.TINIES,
        larges: types.LARGES,
        reals: types.REALS,
        blobs: [Buffer.of(), Buffer.of(0xff, 0, 0xfe)],
        colours: [Colour.BLUE, 99],
        smalls: types.SMALLS,
        names: types.TEXTS,
        labels: { '-1': 'minus', 0: '', 2147483647: 'most' },
        scalars: extremes,
        index: { none: [], some: types.LARGES },
        deep: { 1: { a: [[1, 2], []], b: [] }, '-2': {} },
        deeper: [[[[[[[[1, 2], []]]]]], []]],
        rows: [{ a: '1' }, {}, { b: '2', c: '3' }],
        shapes: [new Shape({ number: 1 }), new Shape({ text: 'two' })],
      }),
    ]);
  },

  async recursion() {
    let tree = new Tree({ value: 20, children: [] });
    for (let depth = 19; depth >= 0; depth--) {
      tree = new Tree({ value: depth, children: [new Tree({ value: 0 - depth, children: [] }), tree] });
    }
    await echoes('echoTree', [tree]);
  },

  // Its maps are plain objects: whatever is no text becomes one.
  async 'keys of any type'() {
    await echoes('echoKeyed', [
      new Keyed({
        byReal: { 0.5: true, '-1.25': false },
        byColour: { [Colour.GREEN]: ['grass'], 1234: [] },
        byTruth: { true: 'yes', false: 'no' },
        byPath: { [[]]: 'root', [[1, 2]]: 'leaf' },
        byPoint: { [new Point({ x: 1, y: 2 })]: 'a' },
      }),
    ]);
  },

  async 'many arguments'() {
    const joined = await client.join(true, -1, -2, 3, new Int64('20000000000001'), 'end');
    same(joined, 'true/-1/-2/3/9007199254740993/end');
  },

  async 'declared exceptions'() {
    for (const method of ['fail', 'failVoid']) {
      const missed = await raised(NotFound, client[method]('notFound'));
      same([missed.id, missed.message], [404, 'no such thing: ü']);
      const { reason, colour, rights, at } = await raised(Denied, client[method]('denied'));
      same(
        [reason, colour, rights, at],
        ['not yours', Colour.BLUE, ['read', 'write'], new Point({ x: -1, y: 1 })],
      );
      await raised(Nothing, client[method]('nothing'));
    }
    same(await client.fail('not at all'), 0);
    same(await client.failVoid('not at all'), undefined);
  },

  async 'undeclared errors'() {
    await raised(TApplicationException, client.fail('undeclared'));
    await raised(TApplicationException, client.failVoid('undeclared'));
    same(await client.ping(), 'pong');
  },

  async 'undeclared errors say internal error'() {
    same((await raised(TApplicationException, client.fail('undeclared'))).type, 6);
  },

  async 'missing results'() {
    await assert.rejects(client.missing());
    same(await client.ping(), 'pong');
  },

  async oneway() {
    const before = await client.counted();
    // Nothing ever settles what its oneway calls return.
    void client.count(3);
    void client.count(4);
    // Over HTTP each goes by a connection of its own, and the next call may overtake them.
    const late = Date.now() + 2000;
    while ((await client.counted()) < before + 7 && Date.now() < late);
    same(await client.counted(), before + 7);
  },

  async 'unknown methods'() {
    same((await callNope()).type, MessageType.EXCEPTION);
    same(await client.ping(), 'pong');
  },

  async 'unknown methods say so'() {
    same((await callNope()).error.type, 1);
  },

  async 'sequence ids across the wrap'() {
    // Left alone it counts on past 2^31 and waits for ever; and it takes its own 0 for no id.
    for (const seqid of [2147483646, 2147483647, -2147483648, -2147483647, -1, 1]) {
      client.new_seqid = () => seqid;
      same(await client.ping(), 'pong');
    }
    delete client.new_seqid;
  },

  async 'pipelined calls'() {
    const calls = [client.later(150, 'first'), client.later(0, 'second'), client.ping()];
    same(await Promise.all(calls), ['first', 'second', 'pong']);
  },

  // The last: a server that loses its place in one may never find it again.
  async 'large messages'() {
    await echoes('echoBinary', [Buffer.alloc(1 << 18, Buffer.from([...Array(256).keys()]))]);
    await echoes('echoString', ['ä中😀'.repeat(25_000)]);
    await echoes('echoTexts', [Array.from({ length: 5_000 }, (_, index) => String(index))]);
  },
};

// What the package throws at nobody in particular is the failure of the check that is under way.
let fail = () => {};
process.on('uncaughtException', error => fail(error));
const expire = () =>
  new Promise((_, reject) => {
    fail = reject;
    setTimeout(reject, 3000, new Error('no answer'));
  });

connect();
for (const [name, check] of Object.entries(checks)) {
  try {
    await Promise.race([check(), expire()]);
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`failed ${name}: ${String(error.message).replaceAll(/\s+/g, ' ').slice(0, 200)}`);
    // What is left on the connection could spoil the checks that follow.
    connection.close();
    connect();
  }
}
process.exit();
