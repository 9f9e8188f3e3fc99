/** After: livethrift alone, and the compiler checks arguments, results and handlers. */
import { load, makeClient, makeServer } from 'livethrift';

const { Shop, Order, NoSuchOrder } = await load<typeof import('./shop.thrift')>(
  new URL('shop.thrift', import.meta.url),
);

const orders: InstanceType<typeof Order>[] = [];
await using server = makeServer(Shop, {
  add(title, prices) {
    orders.push(new Order({ id: orders.length + 1, title, prices }));
    return orders.length;
  },
  find(id) {
    const order = orders[Number(id) - 1];
    if (!order) throw new NoSuchOrder({ id });
    return order;
  },
});
await using client = makeClient(Shop, await server.listen({ port: 0 }));

const id = await client.add('Tea', { small: 2, large: 3 });
const order = await client.find(id, { timeout: 500 });
console.log(`order ${order.id}: ${order.title}, ${order.prices?.get('large')} for a large one`);
try {
  await client.find(7);
} catch (error) {
  if (!(error instanceof NoSuchOrder)) throw error;
  console.log(`there is no order ${error.id}`);
}
