import { expect } from 'chai';
import fc from 'fast-check';
import { circleText, inOrder } from '../../src/schema/order.ts';

describe('ordering by need', () => {
  it('puts what is needed first', () => {
    const needs: Record<string, string[]> = { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] };
    const ordered = inOrder(
      Object.keys(needs),
      node => needs[node]!,
      () => expect.fail('no circle'),
    );
    expect(ordered).to.deep.equal(['d', 'b', 'c', 'a']);
  });

  it('shows a circle without the way to it', () => {
    const needs: Record<string, string[]> = { a: ['b'], b: ['c'], c: ['b'] };
    const circles: (readonly string[])[] = [];
    inOrder(
      ['a'],
      node => needs[node]!,
      circle => circles.push(circle),
    );
    expect(circles).to.deep.equal([['b', 'c']]);
  });

  it('orders any graph whose edges point one way', () => {
    const edges = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 100 });
    fc.assert(
      fc.property(edges, pairs => {
        const nodes = Array.from({ length: 31 }, (_, index) => index);
        const needs = (node: number) => pairs.filter(([a, b]) => a === node && b < a).map(([, b]) => b);
        const ordered = inOrder(nodes, needs, () => expect.fail('no circle'));
        expect([...ordered].sort((a, b) => a - b)).to.deep.equal(nodes);
        const place = new Map(ordered.map((node, index) => [node, index]));
        for (const node of nodes) {
          for (const need of needs(node)) expect(place.get(need)).to.be.lessThan(place.get(node)!);
        }
      }),
    );
  });

  it('abridges a long circle', () => {
    const names = Array.from({ length: 100 }, (_, index) => `n${index}`);
    expect(circleText(names)).to.equal('n0 -> n1 -> n2 -> n3 -> ... -> n97 -> n98 -> n99 -> n0');
  });
});
