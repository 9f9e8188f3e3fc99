/** A server that lets nobody call without a token, and clients with and without one. */
import {
  authenticate,
  bearer,
  type ClientOptions,
  claimsOf,
  idl,
  makeClient,
  makeServer,
  RpcError,
} from 'livethrift';
import { oauth2, verifyJwt } from 'livethrift/auth';
import { startIssuer } from './issuer.ts';

const { Orders } = idl(`
  service Orders {
    string health()
    string mine()
    void cancel(1: i32 id)
  }
`);

const audience = 'https://orders.example';
const issuer = await startIssuer(audience);
// Only for this demo are tokens and keys had without TLS.
const allowHttp = true;

const verify = verifyJwt({ issuer: issuer.url, audience, jwks: `${issuer.url}/keys`, allowHttp });
const server = makeServer(
  Orders,
  {
    health: () => 'well',
    mine: ({ user, metadata, responseMetadata }) => {
      responseMetadata.set('orders', '1');
      return `${metadata.get('lang') === 'de' ? 'ein Buch für' : 'a book for'} ${user}`;
    },
    cancel(id, context) {
      const role = claimsOf(context)?.role;
      if (role !== 'manager') throw new RpcError('PERMISSION_DENIED', `a ${role} cannot cancel order ${id}`);
    },
  },
  { interceptors: [authenticate(verify, { except: ['Orders.health'] })] },
);
const address = await server.listen({ port: 0 });

const connectAs = (interceptors: NonNullable<ClientOptions['interceptors']>) =>
  makeClient(Orders, address, { transport: 'header', interceptors });

const tokens = oauth2({
  tokenEndpoint: `${issuer.url}/token`,
  clientId: 'ada',
  clientSecret: 'secret',
  allowHttp,
});
const ada = connectAs([bearer(tokens)]);
const nobody = connectAs([]);
const thief = connectAs([bearer('eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.')]);

console.log('ada:   ', await ada.mine());
const onHeaders: ClientOptions['onHeaders'] = metadata => console.log('orders:', metadata.get('orders'));
console.log('ada:   ', await ada.mine({ metadata: { lang: 'de' }, onHeaders }));
console.log('tokens:', issuer.tokens());
console.log('ada:   ', await ada.cancel(7).catch(told));
console.log('nobody:', await nobody.health());
console.log('nobody:', await nobody.mine().catch(told));
console.log('thief: ', await thief.mine().catch(told));

await Promise.all([ada.close(), nobody.close(), thief.close()]);
await server.close();
issuer.close();

function told(error: unknown): string {
  return error instanceof RpcError ? `${error.code}: ${error.message}` : String(error);
}
