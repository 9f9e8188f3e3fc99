import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { StatusCode } from '../../../errors/status.ts';

/** The text of an answer that is no reply: so much of it is looked at. */
export const MOST_TEXT = 4096;
const MOST_LINE = 200;

const codes: ReadonlyMap<number, StatusCode> = new Map<number, StatusCode>([
  [400, 'INVALID_ARGUMENT'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'UNIMPLEMENTED'],
  [405, 'UNIMPLEMENTED'],
  [407, 'UNAUTHENTICATED'],
  [408, 'DEADLINE_EXCEEDED'],
  [413, 'RESOURCE_EXHAUSTED'],
  [415, 'UNIMPLEMENTED'],
  [426, 'UNIMPLEMENTED'],
  [429, 'RESOURCE_EXHAUSTED'],
  [500, 'INTERNAL'],
  [501, 'UNIMPLEMENTED'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);

const rightPath = 'is the path right?';
const advice: ReadonlyMap<number, string> = new Map([
  [401, 'give credentials in the URL (http://user:password@host/) or as { headers: { Authorization } }'],
  [403, 'may this client call there, and is the path right?'],
  [404, rightPath],
  [405, rightPath],
  [429, 'the server asks for fewer calls'],
]);

interface RefusalDetails {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** ms after which the server takes the call, which it has not begun, if it says so (RFC 9110, section 10.2.3). */
  readonly retryAfter?: number;
}

/** What an HTTP status other than success means for a call. */
export interface Refusal {
  readonly code: StatusCode;
  /** `answered with HTTP 404 Not Found ("no such page"): is the path right?` */
  readonly text: string;
  readonly details: RefusalDetails;
}

/** Reads a status, with the text that came with it. */
export function refusalOf(response: IncomingMessage, body: Buffer): Refusal {
  const { statusCode: status = 0, statusMessage = '', headers } = response;
  const line = firstLine(body);
  const what = `answered with HTTP ${`${status} ${statusMessage}`.trim()}${line === '' ? '' : ` ("${line}")`}`;
  const isRedirect = status >= 300 && status < 400 && headers.location !== undefined;
  const tip = isRedirect
    ? `calls do not follow redirections; this one leads to ${headers.location}`
    : advice.get(status);
  return {
    code: codes.get(status) ?? 'UNKNOWN',
    text: tip === undefined ? what : `${what}: ${tip}`,
    details: detailsOf(status, headers),
  };
}

function detailsOf(status: number, headers: IncomingHttpHeaders): RefusalDetails {
  const after = headers['retry-after'];
  const isRefused = status === 429 || status === 503;
  // A date says when, too; servers that are restarted say a number.
  if (!isRefused || after === undefined || !/^\d{1,6}$/.test(after)) return { status, headers };
  return { status, headers, retryAfter: Number(after) * 1000 };
}

/** The first line of a text; a page for a browser has none that says anything. */
function firstLine(body: Buffer): string {
  const line = body
    .toString('utf8')
    .trimStart()
    .split(/[\r\n]/, 1)[0]!
    .trim();
  if (line.startsWith('<') || /[\0-\x08\x0e-\x1f\ufffd]/.test(line)) return '';
  return line.length > MOST_LINE ? `${line.slice(0, MOST_LINE)}...` : line;
}
