/** Before: npm's thrift, with code that Apache's compiler has generated. */
import { once } from 'node:events';
import thrift from 'thrift';
import Shop from './generated/Shop.js';
import { NoSuchOrder, Order } from './generated/shop_types.js';

const orders = [];
const server = thrift.createServer(Shop, {
  async add(title, prices) {
    orders.push(new Order({ id: orders.length + 1, title, prices }));
    return orders.length;
  },
  async find(id) {
    const order = orders[id - 1];
    if (!order) throw new NoSuchOrder({ id });
    return order;
  },
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const connection = thrift.createConnection('127.0.0.1', server.address().port, {});
const client = thrift.createClient(Shop, connection);

const id = await client.add('Tea', { small: 2, large: 3 });
const order = await client.find(id);
console.log(`order ${order.id}: ${order.title}, ${order.prices.large} for a large one`);
try {
  await client.find(7);
} catch (error) {
  if (!(error instanceof NoSuchOrder)) throw error;
  console.log(`there is no order ${error.id}`);
}

connection.end();
server.close();
