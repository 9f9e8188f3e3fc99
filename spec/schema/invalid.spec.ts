import { expect } from 'chai';
import { differences, invalidFixtures } from '../idl/fixtures.ts';
import { outcomeOf } from './linked.ts';

describe('invalid files, linked', () => {
  for (const { name, text, expected } of invalidFixtures()) {
    it(`have the errors they announce: ${name}`, () => {
      expect(expected, 'announced').not.to.deep.equal([]);
      expect(
        differences(expected, outcomeOf({ [name]: text, 'shared.thrift': '' }).diagnostics),
      ).to.deep.equal([]);
    });
  }
});
