import { RpcError, type RpcErrorInit } from '../errors/rpc-error.ts';
import { isStatusCode, numberOfStatus, statusOfNumber } from '../errors/status.ts';
import type { Headers } from '../transport/envelope.ts';
import { detailsText, parseDetails } from './details.ts';

/*
 * How a status travels in headers: Kitex's convention, which our servers follow on both transports that have headers.
 * The number is gRPC's; that of a service of others is whatever it says.
 */
const STATUS = 'biz-status';
const MESSAGE = 'biz-message';
/** A JSON object of texts; under `details`, what is none. */
const EXTRA = 'biz-extra';
const DETAILS = 'details';

/** Headers that say what happened to a call, besides those that its reply has anyway. */
export function statusHeaders(error: RpcError, others: Headers): Headers {
  const extra = extraOf(error.details);
  return new Map([
    ...others,
    [STATUS, String(numberOfStatus(isStatusCode(error.code) ? error.code : 'INTERNAL'))],
    [MESSAGE, error.message.toWellFormed()],
    ...(extra === undefined ? [] : [[EXTRA, extra] as const]),
  ]);
}

/** The failure that a reply's headers tell of, if they do. */
export function readStatus(headers: Headers, init: RpcErrorInit): RpcError | undefined {
  const text = headers.get(STATUS);
  if (text === undefined || !/^-?[1-9]\d{0,9}$/.test(text)) return undefined;
  const bizStatus = Number(text);
  const message = headers.get(MESSAGE) || `${init.peer ?? 'the peer'} answered with the status ${text}`;
  const extra = headers.get(EXTRA);
  const details = extra === undefined ? {} : { details: detailsOf(extra) };
  return new RpcError(statusOfNumber(bizStatus) ?? 'UNKNOWN', message, { ...init, bizStatus, ...details });
}

function extraOf(details: unknown): string | undefined {
  const isFlat =
    Object.prototype.toString.call(details) === '[object Object]' &&
    Object.entries(details as object).every(([name, value]) => name !== DETAILS && typeof value === 'string');
  const text = detailsText(details);
  return isFlat || text === undefined ? text : JSON.stringify({ [DETAILS]: text });
}

function detailsOf(text: string): unknown {
  const extra = parseDetails(text);
  const inner =
    typeof extra === 'object' && extra !== null ? (extra as { details?: unknown })[DETAILS] : undefined;
  return typeof inner === 'string' ? parseDetails(inner) : extra;
}
