import { expect } from 'chai';
import { CookieJar } from '../../../src/rpc/channels/http/cookies.ts';

const NOW = Date.UTC(2026, 0, 1);

/** What is sent `later` ms after these were set. */
function sent(url: string, set: readonly string[], later = 0): string | undefined {
  const jar = new CookieJar(new URL(url));
  jar.take(set, NOW);
  return jar.header(NOW + later);
}

describe('cookies', () => {
  it('are sent back, the latest of each name', () => {
    expect(sent('http://a.test/', ['a=1', 'b="x=y"; HttpOnly; SameSite=Lax', 'a=2'])).to.equal(
      'b="x=y"; a=2',
    );
    expect(sent('http://a.test/', [])).to.equal(undefined);
  });

  it('expire, by Max-Age before Expires', () => {
    const set = [
      'a=1; Max-Age=10',
      'b=1; Expires=Thu, 01 Jan 2026 00:00:20 GMT',
      'c=1; Max-Age=30; Expires=x',
    ];
    expect(sent('http://a.test/', set, 9_999)).to.equal('a=1; b=1; c=1');
    expect(sent('http://a.test/', set, 10_000)).to.equal('b=1; c=1');
    expect(sent('http://a.test/', set, 20_000)).to.equal('c=1');
    expect(sent('http://a.test/', set, 30_000)).to.equal(undefined);
    expect(sent('http://a.test/', ['a=1', 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'])).to.equal(undefined);
    expect(sent('http://a.test/', ['a=1', 'a=; Max-Age=-1'])).to.equal(undefined);
  });

  it('are kept where they are meant for this URL', () => {
    for (const [url, attributes, kept] of [
      ['http://a.test/', 'Secure', false],
      ['https://a.test/', 'Secure', true],
      ['http://a.test/x/y', 'Path=/x', true],
      ['http://a.test/x/y', 'Path=/x/', true],
      ['http://a.test/xy', 'Path=/x', false],
      ['http://a.test/', 'Path=/x', false],
      ['http://api.a.test/', 'Domain=a.test', true],
      ['http://api.a.test/', 'Domain=.a.test', true],
      ['http://a.test/', 'Domain=b.test', false],
      ['http://ba.test/', 'Domain=a.test', false],
    ] as const) {
      expect(sent(url, [`a=1; ${attributes}`]), `${url} ${attributes}`).to.equal(kept ? 'a=1' : undefined);
    }
  });

  it('are limited in size and number', () => {
    expect(sent('http://a.test/', [`a=${'x'.repeat(5000)}`, 'nothing', '=1'])).to.equal(undefined);
    const many = Array.from({ length: 60 }, (_, i) => `c${i}=1`);
    expect(sent('http://a.test/', many)!.split('; ')).to.have.length(50).and.to.include('c59=1');
  });
});
