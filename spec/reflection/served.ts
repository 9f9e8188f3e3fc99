import {
  type Handler,
  loadSource,
  makeServer,
  reflection,
  type Server,
  type Service,
  type TcpAddress,
} from '../../src/index.ts';
import { hashOf, reflectionModule, type Schema } from '../../src/reflection/contract.ts';
import { closing } from '../support/peers.ts';

const { Own } = loadSource('service Own { string own() }', { name: 'own.thrift' });

/** A handler of whatever is asked of it. */
export const anything: Handler<Service> = new Proxy(
  {},
  {
    getOwnPropertyDescriptor: () => ({ value: () => 'something', configurable: true }),
    get: () => () => 'something',
  },
);

/** A server of services, which tells their IDL. */
export function telling(first: Service, ...others: readonly Service[]): Server {
  const server = closing(makeServer(first, anything));
  for (const other of others) server.add(other, anything);
  return server.add(reflection());
}

/** The address of a server that says of its IDL what a test wants. */
export async function saying(schema: Partial<Schema>): Promise<TcpAddress> {
  const { ThriftReflection } = reflectionModule();
  const said = { services: [], files: [], ...schema };
  const handler = { getThriftSchema: () => ({ hash: hashOf(said), ...said }) };
  return closing(makeServer(Own, anything).add(ThriftReflection, handler)).listen({ port: 0 });
}
