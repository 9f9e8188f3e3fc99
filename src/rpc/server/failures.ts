import { inspect } from 'node:util';
import { RpcError } from '../../errors/rpc-error.ts';
import { applicationType } from '../../errors/status.ts';
import { messageType } from '../../protocol/types.ts';
import { Oversize } from '../../transport/transport.ts';
import { notBegun } from '../not-begun.ts';
import type { Route } from './routes.ts';

/** The answer to a message that no handler serves. */
export function notServed(name: string, route: Route | undefined, type: number): RpcError {
  if (type !== messageType.call && type !== messageType.oneway) {
    const text = `${name}: expected a call, got a message of type ${type}`;
    return new RpcError('INTERNAL', text, { applicationType: applicationType.invalidMessageType });
  }
  const streams = route?.run !== undefined && route.methods.binary.streams;
  const why = streams
    ? 'the method streams, and is called over TTHeader Streaming only'
    : route !== undefined
      ? 'the method is declared, and not served here'
      : 'there is no such method here';
  return new RpcError('UNIMPLEMENTED', `${name}: ${why}`, { applicationType: applicationType.unknownMethod });
}

/** The answer to a call that comes when its connection is being closed. Made once, for all. */
export const connectionCloses: RpcError = notBegun(
  'UNAVAILABLE',
  'the server is closing this connection: the call was not begun',
);

/** The answer to a call whose arguments could not be read. */
export function notReadable(error: Error): RpcError {
  return new RpcError('INVALID_ARGUMENT', error.message, { applicationType: applicationType.protocolError });
}

/** The answer to a call whose handler gave nothing, where a result is declared. */
export class MissingResult extends Error {}

/** What a caller is told of an error that its handler did not mean for it. */
export function undeclared(method: string, error: unknown, exposed: boolean): RpcError {
  if (error instanceof MissingResult) {
    const init = { applicationType: applicationType.missingResult };
    return new RpcError('INTERNAL', `${method}: ${error.message}`, init);
  }
  if (error instanceof Oversize) return new RpcError('RESOURCE_EXHAUSTED', `${method}: ${error.message}`);
  return new RpcError('INTERNAL', `${method}: ${exposed ? describeError(error) : 'internal error'}`);
}

/** Anything can be thrown; not everything can be turned into text the plain way. */
function describeError(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return inspect(error);
  }
}
