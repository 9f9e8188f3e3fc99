/** Browsers keep at least so many for a site (RFC 6265, section 6.1). */
const MOST_COOKIES = 50;
const MOST_BYTES = 4096;

interface Cookie {
  readonly value: string;
  /** Milliseconds since 1970; `Infinity` for the life of the jar. */
  readonly expires: number;
}

/**
 * The cookies of one URL (RFC 6265): what its server sets is sent back with later requests, until it expires or is
 * set anew. What is meant for other paths or hosts is not kept.
 */
export class CookieJar {
  readonly #url: URL;
  readonly #cookies = new Map<string, Cookie>();

  constructor(url: URL) {
    this.#url = url;
  }

  /** The value of a `Cookie` header; undefined when there is none to send. */
  header(now: number): string | undefined {
    for (const [name, { expires }] of this.#cookies) if (expires <= now) this.#cookies.delete(name);
    if (this.#cookies.size === 0) return undefined;
    return Array.from(this.#cookies, ([name, { value }]) => `${name}=${value}`).join('; ');
  }

  /** Takes the `Set-Cookie` headers of a response. */
  take(headers: readonly string[], now: number): void {
    for (const header of headers) this.#takeOne(header, now);
  }

  #takeOne(header: string, now: number): void {
    const [pair = '', ...attributes] = header.split(';');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).trim();
    if (equals < 0 || name === '' || header.length > MOST_BYTES) return;
    const given = new Map(attributes.map(attribute => splitAttribute(attribute)));
    if (!this.#isMeantForUs(given)) return;
    const expires = expiryOf(given, now);
    // Set anew, it goes to the end, as the oldest goes first.
    this.#cookies.delete(name);
    if (expires <= now) return;
    this.#cookies.set(name, { value: pair.slice(equals + 1).trim(), expires });
    if (this.#cookies.size > MOST_COOKIES) this.#cookies.delete(this.#cookies.keys().next().value!);
  }

  #isMeantForUs(attributes: ReadonlyMap<string, string>): boolean {
    const { protocol, hostname, pathname } = this.#url;
    if (attributes.has('secure') && protocol !== 'https:') return false;
    const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
    if (domain !== undefined && domain !== '' && hostname !== domain && !hostname.endsWith(`.${domain}`)) {
      return false;
    }
    const path = attributes.get('path');
    if (path === undefined || !path.startsWith('/') || path === pathname) return true;
    return pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
  }
}

function splitAttribute(attribute: string): readonly [string, string] {
  const equals = attribute.indexOf('=');
  const name = equals < 0 ? attribute : attribute.slice(0, equals);
  return [name.trim().toLowerCase(), equals < 0 ? '' : attribute.slice(equals + 1).trim()];
}

/** Max-Age goes before Expires; what cannot be read counts as not there. */
function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number {
  const age = attributes.get('max-age');
  if (age !== undefined && /^-?\d+$/.test(age)) return now + Number(age) * 1000;
  const date = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(date) ? Number.POSITIVE_INFINITY : date;
}
