/** A client and a server behind interceptors: calls are numbered, logged, counted, tried again, and made twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  accessLog,
  hedge,
  type Interceptor,
  idl,
  makeClient,
  makeServer,
  metrics,
  RpcError,
} from 'livethrift';

const { Orders, NoSuchOrder } = idl(`
  exception NoSuchOrder { 1: i32 id }
  service Orders {
    string find(1: i32 id) throws (1: NoSuchOrder missing) (idempotent)
  }
`);

/** One of our own: numbers the calls, and tells the server which one it is. */
let calls = 0;
const number: Interceptor = (call, next) => {
  if (call.side === 'client') call.metadata.set('call', String(++calls));
  return next();
};

const log = accessLog({
  fields: ({ metadata }) => ({ call: metadata.get('call') }),
  write: ({ side, method, call, code }) => console.log(`  ${side}: ${method}, call ${call}: ${code}`),
});
const served = metrics();

let asked = 0;
const server = makeServer(
  Orders,
  {
    async find(id) {
      asked++;
      if (id === 2) throw new NoSuchOrder({ id });
      if (id === 3 && asked < 5) {
        throw new RpcError('RESOURCE_EXHAUSTED', 'too much to do', { details: { retryAfter: 10 } });
      }
      if (id === 4 && asked === 6) await sleep(1500);
      return `order ${id}`;
    },
  },
  { interceptors: [log, served.interceptor] },
);

const client = makeClient(Orders, await server.listen({ port: 0 }), {
  transport: 'header',
  interceptors: [number, log, hedge({ delay: 500 })],
  retry: true,
});

const titles = [
  'as usual',
  'a declared exception',
  'tried again, as the server asks for',
  'slow, and so made twice',
];
for (const [index, title] of titles.entries()) {
  const id = index + 1;
  console.log(`find(${id}): ${title}`);
  const answer = await client.find(id).catch((error: Error) => error.message);
  console.log(`  -> ${answer}`);
}

await client.close();
await server.close();
console.log('for Prometheus:');
for (const line of served.text().split('\n'))
  if (line.startsWith('thrift_calls_total')) console.log(`  ${line}`);
