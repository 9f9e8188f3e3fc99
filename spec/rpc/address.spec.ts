import { expect } from 'chai';
import { type Address, addressText, parseAddress, parseWebAddress } from '../../src/rpc/address.ts';

describe('an address', () => {
  const good: readonly (readonly [Address, object, string])[] = [
    ['localhost:9000', { host: 'localhost', port: 9000 }, 'localhost:9000'],
    ['db.example.org', { host: 'db.example.org', port: 9090 }, 'db.example.org:9090'],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }, '127.0.0.1:0'],
    ['[::1]:9000', { host: '::1', port: 9000 }, '[::1]:9000'],
    ['[::1]', { host: '::1', port: 9090 }, '[::1]:9090'],
    ['thrift://10.0.0.1:7', { host: '10.0.0.1', port: 7 }, '10.0.0.1:7'],
    ['thrift://host/', { host: 'host', port: 9090 }, 'host:9090'],
    ['thrift://[fe80::1]:7', { host: 'fe80::1', port: 7 }, '[fe80::1]:7'],
    [new URL('thrift://host:9000'), { host: 'host', port: 9000 }, 'host:9000'],
    ['unix:/run/a.sock', { path: '/run/a.sock' }, 'unix:/run/a.sock'],
    ['unix:///run/a.sock', { path: '/run/a.sock' }, 'unix:/run/a.sock'],
    ['unix:a.sock', { path: 'a.sock' }, 'unix:a.sock'],
    [new URL('unix:/run/with%20blank'), { path: '/run/with blank' }, 'unix:/run/with blank'],
    [new URL('file:///run/a.sock'), { path: '/run/a.sock' }, 'unix:/run/a.sock'],
    [{ host: 'h', port: 1 }, { host: 'h', port: 1 }, 'h:1'],
    [{ port: 1 } as Address, { host: 'localhost', port: 1 }, 'localhost:1'],
    [{ path: '/x' }, { path: '/x' }, 'unix:/x'],
  ];
  for (const [address, parsed, text] of good) {
    it(`may be ${JSON.stringify(address)}`, () => {
      expect(parseAddress(address)).to.deep.equal(parsed);
      expect(addressText(parseAddress(address))).to.equal(text);
    });
  }

  const bad: readonly (readonly [unknown, string])[] = [
    ['', '"" is no address'],
    ['9000', '"9000" is no address'],
    [':9000', '":9000" is no address'],
    ['::1', '"::1" is no address'],
    ['host:port', '"host:port" is no address'],
    ['host:65536', 'port: expected 0 to 65535, got 65536'],
    ['a b:1', 'is no address'],
    ['unix:', '"unix:" is no address'],
    [new URL('unix:'), 'is not supported'],
    ['ftp://host:1', 'http://, https://, ws:// or wss://; "ftp:" is not supported'],
    ['http://host:1', 'http://host:1/: a server listens on a host and a port, and serves HTTP'],
    ['thrift://host:1/path', 'is no address'],
    ['thrift://', 'host: expected a name or an IP address'],
    ['thrift://a:b:c', 'is no address'],
    [{ port: '9000' }, 'port: expected 0 to 65535, got 9000'],
    [{ host: '', port: 1 }, 'host: expected a name'],
    [{ host: 'h' }, 'is no address'],
    [{ path: '' }, 'is no address'],
    [9000, '9000 is no address'],
    [null, 'null is no address'],
    [undefined, 'undefined is no address'],
  ];
  for (const [address, told] of bad) {
    it(`is not ${address instanceof URL ? `URL ${address}` : JSON.stringify(address)}`, () => {
      expect(() => parseAddress(address as Address)).to.throw(TypeError, told);
    });
  }
});

describe('an address over HTTP or WebSocket', () => {
  it('is a URL, whose credentials errors do not show', () => {
    for (const [address, kind, isSecure, text, user] of [
      ['http://h:1/p?q=1', 'http', false, 'http://h:1/p', undefined],
      [new URL('https://a:b@h/'), 'http', true, 'https://h/', 'a:b'],
      ['WS://h', 'websocket', false, 'ws://h/', undefined],
      ['wss://us%3Aer@[::1]:8/p#x', 'websocket', true, 'wss://[::1]:8/p', 'us:er:'],
      ['http://100%:x@h/', 'http', false, 'http://h/', '100%:x'],
    ] as const) {
      const parsed = parseWebAddress(address)!;
      expect(parsed).to.include({ kind, isSecure, text });
      const authorization = user && `Basic ${Buffer.from(user).toString('base64')}`;
      expect(parsed.authorization).to.equal(authorization);
      expect(parsed.url.href).not.to.match(/[@#]/);
    }
  });

  it('is no other address', () => {
    for (const address of [
      'h:1',
      'thrift://h:1',
      'httpd:1',
      { host: 'http', port: 1 },
      { path: 'http://x' },
    ]) {
      expect(parseWebAddress(address)).to.equal(undefined);
    }
    expect(() => parseWebAddress('http://')).to.throw(TypeError, 'is no address');
  });
});
