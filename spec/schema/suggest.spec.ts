import { expect } from 'chai';
import { didYouMean, suggest } from '../../src/schema/suggest.ts';

describe('suggestions', () => {
  it('finds a name with letters left out, added, changed or swapped', () => {
    const names = ['User', 'Account', 'Session'];
    for (const wrong of ['Usr', 'Userr', 'Uzer', 'Uesr', 'user']) {
      expect(suggest(wrong, names), wrong).to.equal('User');
    }
  });

  it('is silent when nothing is near', () => {
    expect(suggest('Frobnicate', ['User', 'Account'])).to.equal(undefined);
    expect(suggest('x', [])).to.equal(undefined);
  });

  it('prefers the nearest', () => {
    expect(suggest('color', ['colony', 'Colour', 'Color'])).to.equal('Color');
  });

  it('is a sentence where one is needed', () => {
    expect(didYouMean('Usr', ['User'])).to.equal('did you mean "User"?');
    expect(didYouMean('Usr', [])).to.equal(undefined);
  });

  it('is cheap against very long names', () => {
    const long = 'x'.repeat(1_000_000);
    expect(suggest(long, [`${long}y`])).to.equal(undefined);
    expect(suggest('xxxx', [long])).to.equal(undefined);
  });
});
