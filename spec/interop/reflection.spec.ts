import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { loadSource, makeServer, reflection } from '../../src/index.ts';
import { answerOf, generate } from './generated.ts';

const texts = {
  'main.thrift': 'include "part.thrift"\ninclude "ä.thrift"\nservice Main extends part.Part {}',
  'part.thrift': 'include "ä.thrift"\nservice Part { void go() }',
  'ä.thrift': '// größer als 😀\nstruct S {}',
};
const { Main } = loadSource(texts['main.thrift'], {
  name: 'main.thrift',
  include: path => new Map(Object.entries(texts)).get(path),
});

describe('reflection, with code that the Apache compiler generates from our text of it', () => {
  let generated: string;

  before(() => {
    generated = generate(reflection().service);
  });
  after(() => rmSync(generated, { recursive: true }));

  for (const dialect of ['binary buffered', 'compact header']) {
    it(`answers Python in ${dialect}, which makes the same hash of it`, async () => {
      const server = makeServer(Main, { go() {} }).add(reflection());
      const { port } = await server.listen({ port: 0 });
      try {
        const stdout = await answerOf('reflection_client.py', generated, dialect, String(port));
        const { services, files, hashes } = JSON.parse(stdout);
        expect(services).to.deep.equal([['Main', 'main.thrift']]);
        expect(files).to.deep.equal({
          'main.thrift': [texts['main.thrift'], { 'part.thrift': 'part.thrift', 'ä.thrift': 'ä.thrift' }],
          'part.thrift': [texts['part.thrift'], { 'ä.thrift': 'ä.thrift' }],
          'ä.thrift': [texts['ä.thrift'], {}],
        });
        expect(hashes[1]).to.equal(hashes[0]);
      } finally {
        await server.close({ grace: 0 });
      }
    });
  }
});
