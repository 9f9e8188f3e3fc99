import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  type Client,
  describe as descriptorOf,
  type Handler,
  type InputOf,
  idl,
  makeClient,
  makeServer,
} from 'livethrift';
import { declarationsOf } from '../../src/typegen/declarations.ts';
import { type Differing, holds, type Interchangeable, type Same } from './same.ts';
import type * as declared from './shop.thrift';

const shop = idl(
  `namespace js shop
namespace * shop

// Orders and who may look at them.
const i32 MAX_ITEMS = 100
const string CURRENCY = "EUR"

typedef i64 OrderId
typedef list<Item> Items

/** How far an order is. */
enum Status {
  NEW = 1,
  PAID,
  SHIPPED = 10,
  CANCELLED
}

struct Money {
  1: required i64 amount
  2: string currency = "EUR"
}

struct Item {
  1: required string sku,
  2: required i32 count,
  3: Money price,
  4: optional map<string, string> labels,
}

struct Address {
  1: required string street
  2: required string city
  3: optional string zip
  4: string country = "AT"
}

struct Order {
  1: required OrderId id
  2: required Status status
  3: Items items
  4: optional Address billing # falls back to shipping
  5: optional Address shipping
  6: set<string> tags
  7: map<string, list<Money>> discounts
  8: optional binary signature
  9: bool gift = false
  10: optional Order replaces
}

union Filter {
  1: Status status
  2: string customer
  3: list<OrderId> ids
  4: bool everything
}

/* What can go wrong. */
exception NotFound {
  1: required OrderId id
  2: string message
}

exception Denied {
  1: string reason
  2: Status status
}

service Base {
  string ping()
  oneway void log(1: string line)
}

service Shop extends Base {
  Order order(1: OrderId id) throws (1: NotFound notFound, 2: Denied denied)
  Items items(1: OrderId id, 2: i32 limit = 20)
  list<Order> find(1: Filter filter, 2: optional i32 skip) throws (1: Denied denied),
  OrderId place(1: list<Item> items, 2: Address shipping),
  void cancel(1: OrderId id, 2: string why) throws (1: NotFound notFound)
  map<Status, i32> counts()
}
`,
  { name: 'shop.thrift' },
);

const { Shop, Status, NotFound, Order } = shop;
type Order = InstanceType<typeof Order>;

const orders = new Map<bigint, Order>();

const handler: Handler<typeof Shop> = {
  ping: () => 'pong',
  log: () => {},
  order(id) {
    const found = orders.get(id);
    if (found === undefined) throw new NotFound({ id });
    return found;
  },
  items: (id, limit) => orders.get(id)?.items?.slice(0, limit) ?? [],
  find: filter =>
    filter.status !== undefined ? [...orders.values()].filter(({ status }) => status === filter.status) : [],
  place(items, shipping) {
    const id = BigInt(orders.size + 1);
    orders.set(id, new Order({ id, status: Status.NEW, items, shipping }));
    return id;
  },
  cancel: () => {},
  counts: () => new Map([[Status.NEW, orders.size]]),
};

describe('a service that is declared in the program', () => {
  it('is served and called', async () => {
    await using server = makeServer(Shop, handler);
    await using client = makeClient(Shop, await server.listen({ port: 0 }));
    expect(await client.ping()).to.equal('pong');
    const id = await client.place([{ sku: 'a', count: 2 }], { street: 'Ring 1', city: 'Wien' });
    const order = await client.order(id);
    expect(order).to.deep.include({ id: 1n, gift: false });
    expect(order.shipping?.country).to.equal('AT');
    expect(await client.items(id)).to.have.length(1);
    expect(await client.find({ status: 'NEW' }, 0)).to.have.length(1);
    expect(await client.counts()).to.deep.equal(new Map([[Status.NEW, 1]]));
    const error = await client.order(7n).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(NotFound).and.to.include({ id: 7n });
  });

  it('has the types that are generated', () => {
    holds<Same<Differing<typeof shop, typeof declared>, 'NotFound' | 'Denied'>>();
    holds<Interchangeable<typeof shop.NotFound, typeof declared.NotFound>>();
    holds<Interchangeable<typeof shop.Denied, typeof declared.Denied>>();
    holds<Same<Order, declared.Order>>();
    holds<Same<InputOf<typeof Order>, declared.Order.Input>>();
    holds<Same<typeof shop.MAX_ITEMS, 100>>();
    holds<Same<typeof shop.CURRENCY, 'EUR'>>();
    const { text } = declarationsOf(descriptorOf(shop));
    expect(text, 'run: livethrift types spec/inline').to.equal(
      readFileSync(new URL('shop.d.thrift.ts', import.meta.url), 'utf8'),
    );
  });

  it('does not compile where it is used wrongly', () => {
    const calls = (client: Client<typeof Shop>) => [
      // @ts-expect-error an id is no text
      client.order('1'),
      // @ts-expect-error two arguments are needed
      client.place([]),
      // @ts-expect-error no such method
      client.plaice(),
      // @ts-expect-error no such member of the enum
      client.find({ status: 'LOST' }, 0),
      // @ts-expect-error a union has one member
      client.find({ status: 'NEW', customer: 'me' }, 0),
      // @ts-expect-error no such field
      client.place([{ sku: 'a', count: 1, colour: 'red' }], { street: '', city: '' }),
      // @ts-expect-error a required field is missing
      client.place([{ sku: 'a' }], { street: '', city: '' }),
      // @ts-expect-error items may be unset
      client.order(1n).then(order => order.items.length),
    ];
    // @ts-expect-error a handler is missing
    const missing: Handler<typeof Shop> = { ping: () => 'pong' };
    // @ts-expect-error a handler's result is of another type
    const wrong: Handler<typeof Shop> = { ...handler, place: () => 'one' };
    // @ts-expect-error no such definition
    const none: unknown = shop.Shopping;
    expect([calls, missing, wrong]).to.have.length(3);
    expect(none).to.equal(undefined);
  });
});
