import { setTimeout as sleep } from 'node:timers/promises';
import {
  accessLog,
  authenticate,
  fb303,
  fixedTokens,
  type Handler,
  load,
  type Metrics,
  makeServer,
  metrics,
  reflection,
  type Server,
  type ServerTlsOptions,
} from 'livethrift';

export type Api = typeof import('./accounts.thrift');

export const api: Api = await load<Api>(new URL('accounts.thrift', import.meta.url));

/** Who has which token. In a real service they come from an issuer: see examples/auth. */
export const tokens = { ada: 'token-of-ada', bob: 'token-of-bob' };

/** A server of accounts, and what it knows of its calls. */
export interface AccountsServer {
  readonly server: Server;
  readonly log: readonly string[];
  readonly counted: Metrics;
}

/** Serves accounts to whoever speaks TLS and has a token; health and IDL to whoever speaks TLS. */
export function makeAccountsServer(tls: ServerTlsOptions): AccountsServer {
  const log: string[] = [];
  const logged = accessLog({
    write: ({ method, user = 'nobody', code }) => log.push(`${method} by ${user}: ${code}`),
  });
  const counted = metrics();
  const auth = authenticate(fixedTokens(tokens), { except: call => !call.method.startsWith('Accounts.') });
  const server = makeServer(api.Accounts, makeHandler(), {
    tls: { ...tls, required: true },
    interceptors: [logged, counted.interceptor, auth],
    timeout: 5000,
    // It is told of every handshake that fails; a service would log that.
    onError() {},
  })
    .add(fb303({ version: '1.0' }))
    .add(reflection());
  return { server, log, counted };
}

function makeHandler(): Handler<Api['Accounts']> {
  const balances = new Map([['ada', 10_000n]]);
  return {
    balance: ({ user = '' }) => balances.get(user) ?? 0n,

    pay(to, amount, { user = '' }) {
      const balance = balances.get(user) ?? 0n;
      if (amount > balance) throw new api.NotEnough({ balance });
      balances.set(user, balance - amount);
      balances.set(to, (balances.get(to) ?? 0n) + amount);
      return balance - amount;
    },

    async history({ signal }) {
      // The signal aborts when nobody waits for the answer any more.
      await sleep(60_000, undefined, { signal });
      return [];
    },
  };
}
