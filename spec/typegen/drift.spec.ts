import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { types } from '../../src/cli/types.ts';
import { root } from './build.ts';

const below = (folder: string, recursive: boolean) =>
  readdirSync(join(root, folder), { recursive, encoding: 'utf8' })
    .filter(name => name.endsWith('.thrift') && !name.includes('node_modules'))
    .map(name => join(root, folder, name));

describe('the declarations in the repository', () => {
  it('are what the generator writes for their files: else run livethrift types on them', async () => {
    const files = [
      ...below('idl', false),
      ...below('examples', true),
      ...below('spec/typegen/fixtures', true),
    ];
    const complaints: string[] = [];
    const terminal = { print: () => {}, complain: (text: string) => complaints.push(text) };
    expect(await types(files, { check: true }, terminal), complaints.join('\n')).to.equal(0);
    expect(files.length).to.be.greaterThan(3);
  });
});
