/** The Recommendations service, until Ctrl-C. */
import { closeOnSignals, makeServer } from 'livethrift';
import { api } from './api.ts';
import { makeHandler } from './handler.ts';

const { HOST: host = '127.0.0.1', RECOMMENDATIONS_PORT: port = '50051' } = process.env;

const server = makeServer(api.Recommendations, makeHandler());
const address = await server.listen({ host, port: Number(port) });
console.log(`Recommendations is served on ${address.host}:${address.port} by process ${process.pid}`);

closeOnSignals(server);
