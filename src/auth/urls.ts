import { inspect } from 'node:util';

/** A URL that secrets may be sent to, or keys be had from; a TypeError for any other. */
export function checkUrl(what: string, given: unknown, allowHttp: boolean): URL {
  const text = given instanceof URL ? given.href : given;
  if (typeof text !== 'string' || !URL.canParse(text))
    throw new TypeError(`${what}: expected a URL, got ${inspect(given)}`);
  const url = new URL(text);
  if (url.protocol === 'https:' || (allowHttp && url.protocol === 'http:')) return url;
  throw new TypeError(
    `${what}: expected a URL with https, got ${url.href}; for tests there is { allowHttp: true }`,
  );
}
