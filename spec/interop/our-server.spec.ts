import { expect } from 'chai';
import { loadSync, makeServer } from '../../src/index.ts';
import { checksOf, itPasses } from './checks.ts';
import { essentials, everything } from './handlers.ts';
import { APACHE, DIALECTS, type Peer, type Report, runClient } from './peers.ts';

const everythingModule = loadSync(new URL('../../idl/everything.thrift', import.meta.url));
const essentialsModule = loadSync(new URL('../../idl/essentials.thrift', import.meta.url));

const SERVICES = [
  { service: everythingModule.Everything, handlers: () => everything(everythingModule), peers: APACHE },
  {
    service: essentialsModule.Essentials,
    handlers: () => essentials(essentialsModule),
    peers: ['thriftpy'] as Peer[],
  },
];

// One server, one port, for every peer, both protocols and both transports: it is told nothing of either.
for (const { service, handlers, peers } of SERVICES) {
  describe(`our server of ${service.name}`, () => {
    const errors: unknown[] = [];
    const server = makeServer(service, handlers(), { onError: (error: unknown) => errors.push(error) });
    let port: number;

    before(async () => {
      ({ port } = await server.listen({ host: '127.0.0.1', port: 0 }));
    });

    after(() => server.close());

    for (const [protocol, transport] of DIALECTS) {
      for (const peer of peers) {
        // Its compact protocol calls a method of arrays that Python no longer has.
        if (peer === 'thriftpy' && protocol === 'compact') continue;
        describe(`called by ${peer}, ${protocol}, ${transport}`, () => {
          let report: Report;

          before(async () => {
            errors.length = 0;
            report = await runClient(peer, port, transport, protocol);
          });

          itPasses(checksOf(peer, protocol), peer, () => report);

          it('and the operator hears of what the handlers did not declare', () => {
            expect(errors.map(String).join('\n')).to.include('a detail of the server');
          });
        });
      }
    }
  });
}
