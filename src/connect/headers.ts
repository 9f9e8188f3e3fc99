import { type Headers, noHeaders } from '../transport/envelope.ts';
import type { HeadersOption, HeaderTexts } from './options.ts';

const none = (): Headers => noHeaders;

/** What gives the headers. Throws a TypeError for what are none, at once where they do not change. */
export function headersOf(option: HeadersOption | undefined): () => Headers | Promise<Headers> {
  if (option === undefined) return none;
  if (typeof option === 'function') {
    return () => {
      const given = option();
      return given instanceof Promise ? given.then(checkHeaders) : checkHeaders(given);
    };
  }
  const fixed = checkHeaders(option);
  return () => fixed;
}

/** The headers of a call that is written at once, and so cannot wait for them. */
export function atOnce(headers: () => Headers | Promise<Headers>): () => Headers {
  if (headers === none) return none;
  return () => {
    const given = headers();
    if (!(given instanceof Promise)) return given;
    given.catch(() => {
      // What is refused is that it is promised.
    });
    throw new TypeError('headers: they are promised, which only addresses with http:// and ws:// wait for');
  };
}

function checkHeaders(headers: HeaderTexts): Headers {
  if (typeof headers !== 'object' || headers === null) {
    throw new TypeError(`headers: expected an object of texts by name, got ${String(headers)}`);
  }
  const entries = Object.entries(headers);
  for (const [name, value] of entries) {
    if (typeof value !== 'string')
      throw new TypeError(`headers.${name}: expected a text, got ${String(value)}`);
    if (!name.isWellFormed() || !value.isWellFormed())
      throw new TypeError(`headers.${name.toWellFormed()}: half a surrogate pair has no UTF-8`);
  }
  return new Map(entries);
}
