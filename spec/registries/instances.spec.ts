import { expect } from 'chai';
import fc from 'fast-check';
import {
  checkPublicAddress,
  kitexValue,
  readInstance,
  serversetValue,
} from '../../src/registries/instances.ts';

function read(value: string, name = 'orders/10.0.0.1:8888', endpoint?: string) {
  return readInstance(name, Buffer.from(value), endpoint);
}

const at = (host: string, port: number) => ({ host, port });

const member = JSON.stringify({
  serviceEndpoint: { host: 'web7.example', port: 31_001 },
  additionalEndpoints: { admin: { host: 'web7.example', port: 31_002 }, v6: { host: '::1', port: 31_003 } },
  status: 'ALIVE',
  shard: 7,
});

describe('what registries say of a server', () => {
  it("is read as Kitex's registry-etcd writes it", () => {
    const value = '{"network":"tcp","address":"192.168.196.240:8888","weight":10,"tags":null}';
    expect(read(value)).to.deep.equal({ address: at('192.168.196.240', 8888), weight: 10 });
    expect(read('{"network":"tcp","address":"[::1]:8888","weight":66,"tags":{"a":"b"}}')).to.deep.equal({
      address: at('::1', 8888),
      weight: 66,
    });
  });

  it("is read as Kitex's registry-zookeeper writes it, beside the name of its node", () => {
    expect(read('{"Weight":20,"Tags":{"a":"b"}}', '/orders/10.1.2.3:8888')).to.deep.equal({
      address: at('10.1.2.3', 8888),
      weight: 20,
    });
  });

  it('has the weight that Kitex gives a server without one', () => {
    for (const weight of ['0', '-1', '"many"', 'null', '1e999'])
      expect(read(`{"address":"a:1","weight":${weight}}`)?.weight, weight).to.equal(10);
  });

  it('is read as Finagle writes a member of a server set', () => {
    expect(read(member)).to.deep.equal({ address: at('web7.example', 31_001) });
    expect(read(member, 'member_0000000001', 'admin')).to.deep.equal({ address: at('web7.example', 31_002) });
    expect(read(member, 'member_0000000001', 'v6')).to.deep.equal({ address: at('::1', 31_003) });
  });

  it('leaves out a member that is not alive, or has no such endpoint', () => {
    for (const status of ['DEAD', 'STARTING', 'STOPPING', 'STOPPED', 'WARNING', 'UNKNOWN'])
      expect(read(member.replace('ALIVE', status)), status).to.equal(undefined);
    expect(read(member, 'member_0000000001', 'thrift')).to.equal(undefined);
    expect(read(member, 'member_0000000001', '__proto__')).to.equal(undefined);
  });

  it('is read where it is no more than an address', () => {
    expect(read('10.0.0.1:9090\n')).to.deep.equal({ address: at('10.0.0.1', 9090) });
    expect(read('[fe80::1]:9090')).to.deep.equal({ address: at('fe80::1', 9090) });
  });

  it('is read as it is written here', () => {
    const written = fc.record({
      host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    fc.assert(
      fc.property(written, fc.integer({ min: 1 }), (address, weight) => {
        expect(readInstance('key', kitexValue(address, weight))).to.deep.equal({ address, weight });
        expect(readInstance('key', serversetValue(address))).to.deep.equal({ address });
      }),
    );
  });

  for (const [what, value] of Object.entries({
    'an empty value': '',
    'a word': 'localhost',
    'a path to a socket': 'unix:/run/s.sock:1',
    'a URL': 'http://10.0.0.1:80',
    'port 0': 'a:0',
    'a port beyond all': 'a:65536',
    'JSON cut short': '{"address":"a:1"',
    'JSON of something else': '{"leader":true}',
    'a list': '["a:1"]',
    'an address that is a number': '{"address":9090}',
    'another network': '{"network":"unix","address":"/run/s.sock"}',
    'a member without a port': '{"serviceEndpoint":{"host":"a"},"status":"ALIVE"}',
    'a member that is null': '{"serviceEndpoint":null,"status":"ALIVE"}',
    'a member with a fraction for a port': '{"serviceEndpoint":{"host":"a","port":1.5},"status":"ALIVE"}',
    'an address from a prototype': '{"__proto__":{"address":"a:1","weight":1}}',
    'a host of 300 characters': `${'a'.repeat(300)}:1`,
    'too many lists': `{"address":${'['.repeat(30_000)}`,
  })) {
    it(`refuses ${what}, and names the key`, () => {
      expect(() => read(value)).to.throw(
        TypeError,
        /^"orders\/10\.0\.0\.1:8888" does not say where a server is: .*; expected JSON as Kitex or Finagle/s,
      );
    });
  }

  it('is not even looked at when it is longer than any', () => {
    expect(() => read('x'.repeat(65_537))).to.throw(TypeError, '65537 bytes, more than 65536');
  });

  it('throws nothing but a TypeError of bounded length, whatever it is', () => {
    const value = fc.oneof(
      fc.uint8Array(),
      fc.json().map(Buffer.from),
      fc.object().map(o => Buffer.from(JSON.stringify(o))),
    );
    fc.assert(
      fc.property(value, bytes => {
        try {
          readInstance('key', bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(TypeError);
          expect((error as Error).message.length).to.be.lessThan(400);
        }
      }),
    );
  });

  it('is not entered under an address that leads nowhere from elsewhere', () => {
    for (const address of ['0.0.0.0:9090', '[::]:9090', 'unix:/run/s.sock', { host: 'a', port: 0 }])
      expect(() => checkPublicAddress('x', address)).to.throw(TypeError, 'cannot be called from elsewhere');
    expect(checkPublicAddress('x', '10.0.0.1:9090')).to.deep.equal(at('10.0.0.1', 9090));
  });
});
