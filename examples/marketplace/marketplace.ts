/** The Marketplace's web site, until Ctrl-C. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeOnSignals, makeClient } from 'livethrift';
import { api } from './api.ts';
import { makeSite } from './site.ts';

const { RECOMMENDATIONS_HOST: host = 'localhost', RECOMMENDATIONS_PORT = '50051' } = process.env;
const { HOST = '127.0.0.1', PORT = '8080' } = process.env;

/** How long a visitor waits for the service at most, in milliseconds. */
const timeout = 2000;

// One channel for all visitors. It connects when it is first needed, and again whenever the service was away.
const recommendations = makeClient(
  api.Recommendations,
  { host, port: Number(RECOMMENDATIONS_PORT) },
  { timeout },
);
const web = createServer(makeSite(recommendations));
web.listen(Number(PORT), HOST, () => {
  const { port } = web.address() as AddressInfo;
  console.log(`The Marketplace is open: http://${HOST}:${port}/ (Ctrl-C ends it)`);
});

web.once('error', error => {
  console.error(`The Marketplace cannot open: ${error.message}`);
  process.exit(1);
});

closeOnSignals({
  async close() {
    web.close();
    // Browsers open connections in advance, and may never use them; who waits for books gets an answer first.
    setTimeout(() => web.closeAllConnections(), timeout + 500).unref();
    await once(web, 'close');
    await recommendations.close();
  },
});
