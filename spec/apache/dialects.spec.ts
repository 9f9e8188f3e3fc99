import { expect } from 'chai';
import { type ApacheHandler, toApache } from '../../src/apache/apache.ts';
import { rejection } from '../support/errors.ts';
import { closeAll } from '../support/peers.ts';
import { dial, dialects, fullOrder, generated, listen, npm, type Shop, shop, types } from './support.ts';

const ours = toApache(shop.Shop, { onError() {} });

function handler(notes: string[] = []): ApacheHandler<Shop['Shop']> {
  return {
    ping: () => 'pong',
    echo: order => order,
    either: value => value,
    find(id) {
      if (id < 0) throw new shop.NotFound({ id, message: 'not here' });
      if (id === 0) throw new Error('undeclared');
      return { name: `item ${id}`, count: id };
    },
    async remove(id) {
      if (id < 0) throw new shop.NotFound({ id });
    },
    add: (a, b) => a + b,
    flags: flags => flags,
    note(text) {
      notes.push(text);
    },
    notes: () => notes,
  };
}

/** The same as generated code wants it: its own classes, and no throwing before there is a promise. */
function generatedHandler(notes: string[] = []) {
  return {
    ...handler(notes),
    async find(id: number) {
      if (id < 0) throw new types.NotFound({ id, message: 'not here' });
      if (id === 0) throw new Error('undeclared');
      return new types.Item({ name: `item ${id}`, count: id });
    },
    async remove(id: number) {
      if (id < 0) throw new types.NotFound({ id });
    },
    add: (_a: object, b: object) => b,
  };
}

afterEach(closeAll);

for (const { name, options } of dialects) {
  describe(`apache: ${name}`, () => {
    it('carries every type between our client and our processor', async () => {
      const { port } = await listen(npm.createServer(ours, handler(), options));
      const client = npm.createClient(ours, dial(port, options));
      const order = fullOrder();
      expect(await client.echo(order)).to.deep.equal(order);
      expect(await client.either({ item: new shop.Item({ name: 'x' }) })).to.deep.equal(
        new shop.Either({ item: new shop.Item({ name: 'x' }) }),
      );
      expect(await client.add(2n ** 62n, 2n ** 61n)).to.equal(2n ** 62n + 2n ** 61n);
      expect(await client.flags([true, false, true])).to.deep.equal([true, false, true]);
    });

    it('calls a generated processor', async () => {
      const notes: string[] = [];
      const { port } = await listen(npm.createServer(generated, generatedHandler(notes), options));
      const client = npm.createClient(ours, dial(port, options));
      // Of keys that are numbers npm makes texts, and of them numbers again.
      const order = fullOrder();
      expect(await client.echo(order)).to.deep.equal(order);
      expect(await client.ping()).to.equal('pong');
      expect(await client.add(1n, -(2n ** 63n))).to.equal(-(2n ** 63n));
      expect(await client.find(3)).to.deep.equal(new shop.Item({ name: 'item 3', count: 3 }));
      const missing = await rejection(client.find(-3));
      expect(missing).to.be.instanceOf(shop.NotFound);
      expect(missing).to.include({ id: -3, message: 'not here' });
      expect(await rejection(client.find(0)))
        .to.be.instanceOf(npm.Thrift.TApplicationException)
        .with.property('message', 'undeclared');
      expect(await client.note('one')).to.equal(undefined);
      expect(await client.notes()).to.deep.equal(['one']);
    });

    it('serves a generated client', async () => {
      const notes: string[] = [];
      const { port } = await listen(npm.createServer(ours, handler(notes), options));
      const client = npm.createClient(generated, dial(port, options));
      expect(await client.ping()).to.equal('pong');
      const item = new types.Item({ name: 'x', count: 1 });
      const order = new types.Order({ id: 5, items: [item], rows: [[1], []], bytes: Buffer.from('hi') });
      expect(await client.echo(order)).to.deep.include({ id: 5, items: [item], rows: [[1], []] });
      expect(await client.add(new npm.Int64(Buffer.from('7fffffffffffffff', 'hex')), 0)).to.have.property(
        'buffer',
      );
      expect(await client.find(3)).to.deep.equal(new types.Item({ name: 'item 3', count: 3 }));
      expect(await rejection(client.find(-3)))
        .to.be.instanceOf(types.NotFound)
        .and.to.include({ id: -3, message: 'not here' });
      expect(await rejection(client.find(0)))
        .to.be.instanceOf(npm.Thrift.TApplicationException)
        .and.to.include({ type: 6, message: 'Shop.find: internal error' });
      expect(await client.remove(1)).to.equal(undefined);
      expect(await rejection(client.remove(-1))).to.be.instanceOf(types.NotFound);
      await client.note('one');
      expect(await client.notes()).to.deep.equal(['one']);
    });
  });
}
