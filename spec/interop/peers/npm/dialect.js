// What both programs of this folder need: which cell of the matrix they are to speak, and what npm's thrift has for it.
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import thrift from 'thrift';

export const HTTP_PATH = '/service';

const text = { type: 'string' };

export const { values: cell } = parseArgs({
  options: {
    protocol: text,
    transport: text,
    wrapping: text,
    security: text,
    port: text,
    path: text,
    certificates: text,
    multiplexed: { type: 'boolean', default: false },
  },
});

const PROTOCOLS = {
  binary: thrift.TBinaryProtocol,
  compact: thrift.TCompactProtocol,
  json: thrift.TJSONProtocol,
};

/** The classes by their option names. Its header protocol works on buffered transports alone. */
export const dialect = {
  transport: cell.transport === 'framed' ? thrift.TFramedTransport : thrift.TBufferedTransport,
  protocol: cell.transport === 'header' ? thrift.THeaderProtocol : PROTOCOLS[cell.protocol],
};

const certificate = name => readFileSync(join(cell.certificates, name));

export const serverTls = () => ({ key: certificate('server.key'), cert: certificate('server.crt') });

function connection() {
  const { wrapping, security, path } = cell;
  const port = Number(cell.port);
  const ca = security === 'tls' ? certificate('ca.crt') : undefined;
  const secure = security === 'tls';
  if (wrapping === 'http') {
    const options = { ...dialect, path: HTTP_PATH, https: secure, nodeOptions: { ca } };
    return security === 'unix'
      ? thrift.createHttpUDSConnection(path, options)
      : thrift.createHttpConnection('127.0.0.1', port, options);
  }
  if (wrapping === 'websocket') {
    const unix = { createConnection: () => net.connect(path) };
    const wsOptions = security === 'unix' ? unix : { ca };
    const options = { ...dialect, path: HTTP_PATH, secure, wsOptions };
    return thrift.createWSConnection('127.0.0.1', port, options);
  }
  if (secure) return thrift.createSSLConnection('127.0.0.1', port, { ...dialect, ca });
  if (security === 'unix') return thrift.createUDSConnection(path, dialect);
  return thrift.createConnection('127.0.0.1', port, dialect);
}

/** A connection and a client of a service on it. */
export function dial(Service) {
  const carrier = connection();
  // Without a listener the first error would end the process.
  carrier.on('error', () => {});
  const client = cell.multiplexed
    ? new thrift.Multiplexer().createClient('Everything', Service, carrier)
    : thrift.createClient(Service, carrier);
  // What the header protocol holds inside is the transport's to say; compact's number is 2.
  if (cell.transport === 'header' && cell.protocol === 'compact') client.output.setProtocolId(2);
  carrier.open?.();
  // A socket that is stuck is not to be waited for; its HTTP connections have nothing to close.
  const close = () => carrier.socket?.terminate() ?? carrier.end?.();
  return { client, close };
}
