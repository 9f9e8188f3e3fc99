/** Orders twice: `client.ts [host]`. */
import { load, makeClient, RpcError } from 'livethrift';

const { OrderHandler } = await load<typeof import('./orders.thrift')>(
  new URL('orders.thrift', import.meta.url),
);
const [host = '127.0.0.1'] = process.argv.slice(2);
await using client = makeClient(OrderHandler, { host, port: Number(process.env.PORT ?? 12006) });

console.log(await client.create_order('13800138000', 9.9, { channel: 'web', coupon: 'SPRING' }));
try {
  await client.create_order('13800138000', -1, {});
} catch (error) {
  if (!(error instanceof RpcError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
