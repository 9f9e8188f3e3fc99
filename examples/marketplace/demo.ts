/** Calls that succeed, calls that fail, and what the web page makes of both. Ends by itself. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeClient, makeServer, RpcError } from 'livethrift';
import { api } from './api.ts';
import { makeHandler } from './handler.ts';
import { makeSite } from './site.ts';

// For an output that is the same each time: always the first of the books that are left.
const handler = makeHandler(() => 0);
const { Recommendations } = api;

let server = makeServer(Recommendations, handler);
const address = await server.listen({ port: 0 });
const client = makeClient(Recommendations, address, { timeout: 2000 });
const web = createServer(makeSite(client, () => {})).listen(0, '127.0.0.1');
await once(web, 'listening');
const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;

await recommend({ user_id: 1, category: 'MYSTERY', max_results: 2 });
await recommend({ user_id: 1, category: 'SELF_HELP' });
await recommend({ user_id: 1, category: 99, max_results: 3 });
await recommend({ user_id: 'oops', category: 'MYSTERY', max_results: 3 });
await visit('/science-fiction');
await visit('/cookery');

console.log('The service is stopped.');
await server.close();
await recommend({ user_id: 1, category: 'MYSTERY', max_results: 2 });
await visit('/mystery');

console.log('The service is back.');
server = makeServer(Recommendations, handler);
await server.listen(address);
await recommend({ user_id: 1, category: 'MYSTERY', max_results: 2 });
await visit('/mystery');

web.close();
web.closeAllConnections();
await client.close();
await server.close();

/** Takes any request, as a program without types would. */
async function recommend(request: object): Promise<void> {
  console.log(`recommend(${JSON.stringify(request)})`);
  try {
    const { recommendations } = await client.recommend(request as never);
    for (const { title, author } of recommendations) console.log(`  ${title}, by ${author}`);
  } catch (error) {
    console.log(`  ${error instanceof RpcError ? error.code : error}`);
  }
}

async function visit(path: string): Promise<void> {
  const response = await fetch(url + path);
  const text = await response.text();
  const headings = Array.from(text.matchAll(/<h[12]>(.*?)<\/h[12]>/g), match => match[1]);
  console.log(`GET ${path}: ${response.status}, ${headings.join(' | ')}`);
}
