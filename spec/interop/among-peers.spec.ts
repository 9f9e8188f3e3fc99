import { checksBetween, itPasses } from './checks.ts';
import {
  APACHE,
  type Peer,
  type PeerServer,
  type Report,
  runClient,
  startServer,
  TRANSPORTS,
} from './peers.ts';

// The control experiment: where two peers disagree here, it is the programs of this folder that are wrong.
describe('peers among themselves', () => {
  const pairs: [Peer, Peer][] = APACHE.flatMap(client =>
    APACHE.map((server): [Peer, Peer] => [client, server]),
  );
  pairs.push(['thriftpy', 'thriftpy']);

  for (const transport of TRANSPORTS) {
    for (const [client, server] of pairs) {
      describe(`${client} calling ${server}, ${transport}`, () => {
        let running: PeerServer;
        let report: Report;

        before(async () => {
          running = await startServer(server, transport);
          report = await runClient(client, running.port, transport);
        });

        after(() => running.stop());

        itPasses(checksBetween(client, server), client, () => report);
      });
    }
  }
});
