// Serves everything.thrift with npm's thrift; dialect.js has its arguments.
import { setTimeout as sleep } from 'node:timers/promises';
import thrift from 'thrift';
import Everything from '../../build/npm/Everything.js';
import types from '../../build/npm/everything_types.js';
import { cell, dialect, HTTP_PATH, serverTls } from './dialect.js';

const echo = value => value;
let total = 0;

// Its generated code takes a handler for one with a callback unless it has exactly as many parameters as arguments.
function fail(how) {
  switch (how) {
    case 'notFound':
      throw new types.NotFound({ id: 404, message: 'no such thing: ü' });
    case 'denied':
      throw new types.Denied({
        reason: 'not yours',
        colour: types.Colour.BLUE,
        rights: ['read', 'write'],
        at: new types.Point({ x: -1, y: 1 }),
      });
    case 'nothing':
      throw new types.Nothing();
    case 'undeclared':
      throw new Error('a detail of the server');
    default:
      return 0;
  }
}

const handler = {
  ping: () => 'pong',
  nothing: () => {},
  echoBool: echo,
  echoI8: echo,
  echoI16: echo,
  echoI32: echo,
  echoI64: echo,
  echoDouble: echo,
  echoString: echo,
  echoBinary: echo,
  echoColour: echo,
  echoTexts: echo,
  echoScalars: echo,
  echoOptionals: echo,
  echoDefaults: echo,
  echoShape: echo,
  echoTree: echo,
  echoContainers: echo,
  echoKeyed: echo,
  async extremes(which) {
    const found = types.EXTREMES[which];
    if (!found) throw new types.NotFound({ id: 0, message: which });
    return found;
  },
  defaults: () => new types.Defaults(),
  unset: () => new types.Optionals(),
  join: (truth, tiny, small, medium, large, text) =>
    [truth, tiny, small, medium, BigInt.asIntN(64, BigInt(`0x${large.toOctetString()}`)), text].join('/'),
  fail: async how => fail(how),
  failVoid: async how => {
    fail(how);
  },
  missing: () => null,
  later: async (milliseconds, text) => {
    await sleep(milliseconds);
    return text;
  },
  count(by) {
    total += by;
  },
  counted: () => total,
};

function processorOf(service) {
  if (!cell.multiplexed) return service;
  const all = new thrift.MultiplexedProcessor();
  all.registerProcessor('Everything', service);
  return all;
}

const processor = processorOf(new Everything.Processor(handler));
const tls = cell.security === 'tls' ? serverTls() : undefined;
const server = ['http', 'websocket'].includes(cell.wrapping)
  ? thrift.createWebServer({ services: { [HTTP_PATH]: { processor, ...dialect } }, tls })
  : thrift.createMultiplexServer(processor, { ...dialect, tls });
// Without a listener its process ends at the first malformed message.
server.on('error', () => {});
const where = cell.path ? { path: cell.path } : { port: 0, host: '127.0.0.1' };
server.listen(where, () => console.log('listening', cell.path ?? server.address().port));

process.stdin.resume().on('end', () => process.exit());
