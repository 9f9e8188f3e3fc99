/** Step 1: no generated code. Servers, connections, transports and protocols are npm's still; values are ours. */
import { once } from 'node:events';
import { load } from 'livethrift';
import { settling, toApache } from 'livethrift/apache';
import thrift from 'thrift';

const { Shop, Order, NoSuchOrder } = await load(new URL('shop.thrift', import.meta.url));
const adapted = toApache(Shop);

const orders = [];
const server = thrift.createServer(adapted, {
  async add(title, prices) {
    orders.push(new Order({ id: orders.length + 1, title, prices }));
    return orders.length;
  },
  async find(id) {
    const order = orders[Number(id) - 1];
    if (!order) throw new NoSuchOrder({ id });
    return order;
  },
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const connection = thrift.createConnection('127.0.0.1', server.address().port, {});
const client = settling(thrift.createClient(adapted, connection), connection);

const id = await client.add('Tea', { small: 2, large: 3 });
const order = await client.find(id);
console.log(`order ${order.id}: ${order.title}, ${order.prices.get('large')} for a large one`);
try {
  await client.find(7);
} catch (error) {
  if (!(error instanceof NoSuchOrder)) throw error;
  console.log(`there is no order ${error.id}`);
}

connection.end();
server.close();
