import { inspect } from 'node:util';
import { checkMs } from '../../options.ts';
import { type Headers, noHeaders } from '../../transport/envelope.ts';
import type { Address } from '../address.ts';
import type { Context } from '../context.ts';
import { Metadata, type MetadataInit } from '../metadata.ts';

/** What one call may be given behind its arguments, and a client for all of its calls. */
export interface CallOptions {
  /**
   * ms for the whole call, connecting and all attempts included; for a whole stream, of a method that streams. Default
   * 30,000; `Infinity` waits as long as the connection lives; 0 or less has already expired and sends nothing.
   */
  readonly timeout?: number;
  /** Ends the call when it aborts: CANCELLED for the caller at once, whatever the server does. */
  readonly signal?: AbortSignal;
  /**
   * What goes with the call: texts, and bytes under names that end in `-bin`. Only transports with headers carry it:
   * `header`, `ttheader`, and HTTP; a call over another one fails, and says so.
   */
  readonly metadata?: MetadataInit | Metadata;
  /** Told what came with the reply, before the call settles. Needs a transport with headers, too. */
  readonly onHeaders?: (metadata: Metadata) => void;
  /** Of a method that streams: told what came with the end of the stream. */
  readonly onTrailers?: (metadata: Metadata) => void;
  /** Of a method that streams: ms to wait for each message of the stream, only while it is waited for. Default: `Infinity`. */
  readonly messageTimeout?: number;
  /**
   * Calling twice does no more than calling once: `retry` may, and over HTTP it is sent anew where a connection that was
   * kept is found closed. Default: what `(idempotent)` in the IDL says.
   */
  readonly idempotent?: boolean;
  /** `false`: tried once, also by a client that tries others again. */
  readonly retry?: false;
  /** Of a client of many servers with `balance: 'consistent-hash'`: calls with equal keys go to the same one. */
  readonly hashKey?: string;
  /** Of a client of many servers: the address of the one that gets the call, however it fares. */
  readonly backend?: Address;
  /**
   * The call that this one is made for: its deadline and its cancellation are this call's too, and `traceparent` goes
   * on. In servers with `{ propagate: true }` this is so by itself.
   */
  readonly parent?: Context;
}

export const callOptions: readonly string[] = [
  'timeout',
  'signal',
  'metadata',
  'onHeaders',
  'onTrailers',
  'messageTimeout',
  'idempotent',
  'retry',
  'hashKey',
  'backend',
  'parent',
];

/** The same, checked, with the client's own for what was not given. */
export interface CallSettings {
  readonly timeout: number;
  /** Of an attempt: ms that are left of the timeout. Undefined where that is all of it. */
  readonly timeLeft: number | undefined;
  readonly signals: readonly AbortSignal[];
  readonly headers: Headers;
  readonly onHeaders: ((metadata: Metadata) => void) | undefined;
  readonly onTrailers: ((metadata: Metadata) => void) | undefined;
  readonly messageTimeout: number;
  readonly idempotent: boolean | undefined;
  readonly retry: boolean;
  readonly hashKey: string | undefined;
  readonly backend: Address | undefined;
  readonly parent: Context | undefined;
}

export const defaultSettings: CallSettings = Object.freeze({
  timeout: 30_000,
  timeLeft: undefined,
  signals: [],
  headers: noHeaders,
  onHeaders: undefined,
  onTrailers: undefined,
  messageTimeout: Number.POSITIVE_INFINITY,
  idempotent: undefined,
  retry: true,
  hashKey: undefined,
  backend: undefined,
  parent: undefined,
});

/** Puts options over what holds without them. Throws a TypeError for values that make no sense; `what` says whose they are. */
export function withOptions(base: CallSettings, options: CallOptions, what: string): CallSettings {
  const { timeout, signal, metadata, onHeaders, onTrailers, messageTimeout } = options;
  const { idempotent, retry, hashKey, backend, parent } = options;
  if (onHeaders !== undefined && typeof onHeaders !== 'function')
    throw wrong(what, 'onHeaders', 'a function', onHeaders);
  if (onTrailers !== undefined && typeof onTrailers !== 'function')
    throw wrong(what, 'onTrailers', 'a function', onTrailers);
  if (idempotent !== undefined && typeof idempotent !== 'boolean')
    throw wrong(what, 'idempotent', 'true or false', idempotent);
  if (retry !== undefined && retry !== false)
    throw wrong(what, 'retry', 'false (how calls are tried again is an option of makeClient)', retry);
  if (hashKey !== undefined && typeof hashKey !== 'string') throw wrong(what, 'hashKey', 'a text', hashKey);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw wrong(what, 'signal', 'an AbortSignal', signal);
  if (parent !== undefined && !(parent?.signal instanceof AbortSignal && typeof parent.deadline === 'number'))
    throw wrong(what, 'parent', "a handler's context", parent);
  return {
    timeout: timeout === undefined ? base.timeout : checkMs(`${what}: timeout`, timeout),
    timeLeft: base.timeLeft,
    signals: signal === undefined ? base.signals : [...base.signals, signal],
    headers: metadata === undefined ? base.headers : merged(base.headers, headersOf(metadata)),
    onHeaders: onHeaders ?? base.onHeaders,
    onTrailers: onTrailers ?? base.onTrailers,
    messageTimeout:
      messageTimeout === undefined ? base.messageTimeout : checkMs(`${what}: messageTimeout`, messageTimeout),
    idempotent: idempotent ?? base.idempotent,
    retry: retry ?? base.retry,
    hashKey: hashKey ?? base.hashKey,
    backend: backend ?? base.backend,
    parent: parent ?? base.parent,
  };
}

const TRACE = ['traceparent', 'tracestate'];

/** What a call inherits of the one it is made for. `hasHeaders`: whether there is room for how it is traced. */
export function inherit(settings: CallSettings, parent: Context, hasHeaders: boolean): CallSettings {
  const traces = hasHeaders ? TRACE.filter(name => parent.metadata.has(name)) : [];
  const traced = new Map(traces.map(name => [name, parent.metadata.get(name)!]));
  return {
    ...settings,
    timeout: Math.min(settings.timeout, parent.deadline - Date.now()),
    signals: [...settings.signals, parent.signal],
    headers: merged(traced, settings.headers),
    parent,
  };
}

function headersOf(metadata: MetadataInit | Metadata): Headers {
  return (metadata instanceof Metadata ? metadata : new Metadata(metadata)).headers;
}

function merged(base: Headers, own: Headers): Headers {
  if (base.size === 0) return own;
  return own.size === 0 ? base : new Map([...base, ...own]);
}

function wrong(what: string, name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${what}: ${name}: expected ${expected}, got ${inspect(value)}`);
}
