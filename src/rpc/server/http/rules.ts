import type { IncomingMessage } from 'node:http';
import { checkOptions } from '../../../options.ts';
import type { Answer } from './answer.ts';

/** How a server serves HTTP and WebSocket. */
export interface ServerHttpOptions {
  /** The paths that are served, exactly as they are here: `['/thrift']`. Default: every path. */
  readonly paths?: readonly string[];
  /**
   * The web sites whose scripts may call: `['https://example.com']`, or `['*']` for all there are. Browsers say by an
   * `Origin` header whose script it is that calls; without this option only the server's own site is served, which
   * is the one whose host the `Host` header names. Callers that are no browsers send none, and are always served.
   */
  readonly origins?: readonly string[];
}

/** What a browser sends from one site to another without asking before (Fetch, "CORS-safelisted request-header"). */
const SIMPLE = /^\s*(text\/plain|multipart\/form-data|application\/x-www-form-urlencoded)\s*(;|$)/i;

/** Which requests are served at all, before a byte of their bodies is read. */
export class HttpRules {
  readonly #paths: ReadonlySet<string> | undefined;
  readonly #origins: ReadonlySet<string>;

  /** Throws a TypeError for options that make no sense. */
  constructor(options: ServerHttpOptions = {}) {
    checkOptions('http', options, ['paths', 'origins']);
    const { paths, origins = [] } = options;
    checkTexts('http.paths', paths ?? [], "paths such as '/thrift'", path => path.startsWith('/'));
    checkTexts('http.origins', origins, "'*', or origins such as 'https://example.com'", isOrigin);
    this.#paths = paths && new Set(paths);
    this.#origins = new Set(origins);
  }

  /** What a request gets instead of being served; undefined if it is to be served. */
  refusal(request: IncomingMessage): Answer | undefined {
    const { method, headers } = request;
    const isCall = method === 'POST' || isUpgrade(request);
    return (
      this.#refusedPath(request) ??
      (method === 'OPTIONS' ? this.#preflight(request) : undefined) ??
      (isCall ? undefined : { status: 405, headers: { Allow: 'POST, OPTIONS' }, text: this.#howTo() }) ??
      this.#refusedOrigin(request) ??
      (headers.origin !== undefined && SIMPLE.test(headers['content-type'] ?? '') ? simpleType : undefined)
    );
  }

  /** Headers that let the script which sent a request read what comes back. */
  grants(request: IncomingMessage): Readonly<Record<string, string>> {
    const { origin } = request.headers;
    if (origin === undefined || !this.#admits(request)) return {};
    return { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
  }

  #refusedPath(request: IncomingMessage): Answer | undefined {
    if (this.#paths === undefined || this.#paths.has(pathOf(request))) return undefined;
    return { status: 404, text: `There is no Thrift service here; there is ${[...this.#paths].join(', ')}` };
  }

  #refusedOrigin(request: IncomingMessage): Answer | undefined {
    if (this.#admits(request)) return undefined;
    const text = 'Scripts of this origin may not call here; the server allows them by { http: { origins } }';
    return { status: 403, text };
  }

  #admits({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || this.#origins.has('*') || this.#origins.has(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  }

  /** Answers a browser that asks before it lets a script call. */
  #preflight(request: IncomingMessage): Answer {
    if (!this.#admits(request)) return this.#refusedOrigin(request)!;
    return {
      status: 204,
      text: '',
      headers: {
        Allow: 'POST, OPTIONS',
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Allow-Headers': request.headers['access-control-request-headers'] ?? 'content-type',
        'Access-Control-Max-Age': 600,
      },
    };
  }

  #howTo(): string {
    const where = this.#paths === undefined ? 'any path' : [...this.#paths].join(' or ');
    return `This is a Thrift server, which has no pages. Calls are Thrift messages: POST them to ${where} with
Content-Type: application/x-thrift, or send them over a WebSocket. From Node.js:

  import { load, makeClient } from 'livethrift';
  const { MyService } = await load('my-service.thrift');
  const client = makeClient(MyService, 'http://<this host and port>${this.#paths?.values().next().value ?? '/'}');`;
  }
}

const simpleType: Answer = {
  status: 415,
  text: 'A script must send calls with Content-Type: application/x-thrift, not as a text or a form',
};

/** Whether a request wants a WebSocket. */
export function isUpgrade({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** The path alone; a client that takes this server for a proxy writes a whole URL (RFC 9112, section 3.2.2). */
function pathOf({ url = '' }: IncomingMessage): string {
  const path = /^https?:\/\/[^/]*(\/.*)$/i.exec(url)?.[1] ?? url;
  return path.replace(/[?#].*$/s, '');
}

function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text);
}

function checkTexts(what: string, given: unknown, expected: string, holds: (text: string) => boolean): void {
  if (Array.isArray(given) && given.every(text => typeof text === 'string' && holds(text))) return;
  throw new TypeError(`${what}: expected an array of ${expected}; got ${JSON.stringify(given)}`);
}
