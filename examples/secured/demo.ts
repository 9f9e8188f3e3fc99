/** A secured service, and clients that may call it, or may not. */
import { bearer, type ClientOptions, describe, fb303, loadFrom, makeClient, RpcError } from 'livethrift';
import { makeIdentities } from './certificates.ts';
import { api, makeAccountsServer, tokens } from './service.ts';

const { server: identity, client: tls } = await makeIdentities('server', 'client');
const { stranger } = await makeIdentities('stranger');
const { ca } = tls;

console.log('TLS: the server shows a certificate');
const open = makeAccountsServer({ key: identity.key, cert: identity.cert });
let address = await open.server.listen({ port: 0 });
await tell('ada, who trusts its authority', { tls: { ca }, token: tokens.ada });
await tell('ada, who does not', { tls: true, token: tokens.ada });
await tell('ada, without TLS', { token: tokens.ada });
await open.server.close();

console.log('mutual TLS: clients show one, too');
const { server, log, counted } = makeAccountsServer({ ...identity, requestCert: true });
address = await server.listen({ port: 0 });
await tell('ada, with a certificate and a token', { tls, token: tokens.ada });
await tell('somebody without a certificate', { tls: { ca }, token: tokens.ada });
await tell('somebody with one of another authority', { tls: { ...stranger, ca }, token: tokens.ada });
await tell('somebody without a token', { tls });
await tell('somebody with a token of his own', { tls, token: 'let-me-in' });

console.log('calls');
const interceptors = [bearer(tokens.ada)];
const ada = makeClient(api.Accounts, address, { transport: 'header', tls, interceptors });
console.log(`  pay(bob, 2500): ${await ada.pay('bob', 2500)} are left`);
const error: unknown = await ada.pay('bob', 1_000_000).catch(error => error);
console.log(
  '  pay(bob, 1000000):',
  error instanceof api.NotEnough ? `there are only ${error.balance}` : error,
);
console.log('  history(), within 100 ms:', await ada.history({ timeout: 100 }).catch(toText));

console.log('health and reflection, for monitors: with a certificate, without a token');
const monitor = makeClient(fb303().service, address, { tls });
const ALIVE = 2;
console.log('  alive:', (await monitor.getStatus()) === ALIVE);
await monitor.close();
const { Accounts } = await loadFrom(address, { tls });
console.log('  methods:', [...describe(Accounts).methods.keys()].join(', '));

await server.close();
await ada.close();
console.log('the log of the server');
for (const line of log) console.log(`  ${line}`);
console.log('metrics, for Prometheus');
for (const line of counted.text().split('\n')) {
  if (line.startsWith('thrift_calls_total')) console.log(`  ${line}`);
}

/** Asks for a balance, and tells what comes of it. */
async function tell(
  who: string,
  { tls, token }: { tls?: ClientOptions['tls']; token?: string },
): Promise<void> {
  const client = makeClient(api.Accounts, address, {
    transport: 'header',
    ...(tls && { tls }),
    ...(token && { interceptors: [bearer(token)] }),
  });
  const answer = await client.balance().catch(toText);
  console.log(`  ${who}: ${answer}`);
  await client.close();
}

function toText(error: unknown): string {
  return error instanceof RpcError ? error.code : String(error);
}
