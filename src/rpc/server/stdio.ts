import { Duplex } from 'node:stream';

/**
 * This process's standard input and output as one stream, for `server.serve(stdio())`: a service that is started as a
 * subprocess by its client. Nothing else may write to the standard output then, `console.log` included. When the input
 * ends, so does the connection, after the answers to what came.
 */
export function stdio(): Duplex {
  return Duplex.from({ readable: process.stdin, writable: process.stdout });
}
