import { checkOptions } from '../options.ts';
import type { Interceptor, Invocation } from '../rpc/interceptor.ts';
import { observed } from '../rpc/observed.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** What is logged of a call. Neither arguments nor results, nor the texts of errors, which may quote them. */
export interface AccessRecord {
  /** When it began, by ISO 8601. */
  readonly time: string;
  readonly side: 'client' | 'server';
  /** `PingPong.login`. */
  readonly method: string;
  /** The other end: `127.0.0.1:52144`. */
  readonly peer: string;
  /** Who the client is, where a server knows. */
  readonly user?: string;
  /** `OK`, a status code, or the class of an exception that the method declares. */
  readonly code: Outcome;
  /** How long it took, to the µs. */
  readonly ms: number;
}

export interface AccessLogOptions {
  /**
   * Takes a record. What it gives is of no use, but for a promise that is rejected; calls do not wait for one. Default: a
   * line of JSON by `console.log`; a server on `stdio()` needs another place, for its stdout carries messages.
   */
  readonly write?: (record: AccessRecord & Readonly<Record<string, unknown>>) => unknown;
  /** Further fields of a call's record: an id of the request, or even its arguments. Asked for when the call has ended. */
  readonly fields?: (call: Invocation) => Readonly<Record<string, unknown>>;
}

/**
 * Logs every call of a client or a server when it has ended, a stream with its last message. What `write` or `fields`
 * throws, or `write` rejects with, is a warning of the process, and leaves the call as it is.
 */
export function accessLog(options: AccessLogOptions = {}): Interceptor {
  checkOptions('accessLog', options, ['write', 'fields']);
  const { write = writeLine, fields } = options;
  for (const [name, value] of Object.entries({ write, fields })) {
    if (value !== undefined && typeof value !== 'function')
      throw new TypeError(`accessLog.${name}: expected a function, got ${String(value)}`);
  }
  return (call, next) => {
    const time = new Date();
    const from = performance.now();
    const log = async (code: Outcome): Promise<void> => {
      try {
        const ms = Math.round((performance.now() - from) * 1000) / 1000;
        await write({ ...recordOf(call, time, code, ms), ...fields?.(call) });
      } catch (error) {
        process.emitWarning(`accessLog: ${call.method} could not be logged: ${String(error)}`);
      }
    };
    return observed(next, failure => void log(outcomeOf(call, failure)));
  };
}

function recordOf(call: Invocation, time: Date, code: Outcome, ms: number): AccessRecord {
  const { side, method, peer } = call;
  const user = side === 'server' ? call.context.user : undefined;
  return { time: time.toISOString(), side, method, peer, ...(user === undefined ? {} : { user }), code, ms };
}

function writeLine(record: AccessRecord): void {
  console.log(JSON.stringify(record));
}
