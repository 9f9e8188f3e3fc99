import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { type Client, RpcError } from 'livethrift';
import type { Api } from './api.ts';
import { awayPage, booksPage, brokenPage, missingPage } from './pages.ts';
import { type Shelf, shelfAt } from './shelves.ts';

type Recommendations = Client<Api['Recommendations']>;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What the pages refer to: nothing comes from elsewhere. */
const files: ReadonlyMap<string, Answer> = new Map([
  ['/style.css', file('style.css', 'text/css; charset=utf-8')],
  ['/icon.svg', file('icon.svg', 'image/svg+xml')],
]);

const security = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * The Marketplace: a page for each category, with what the service recommends. Where it recommends nothing, visitors
 * learn no more than that, and `onError` learns why.
 */
export function makeSite(
  recommendations: Recommendations,
  onError: (error: unknown) => void = error => console.error(String(error)),
): RequestListener {
  async function answer(method: string, path: string): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, headers: { allow: 'GET, HEAD' }, body: '' };
    const known = files.get(path);
    if (known !== undefined) return known;
    const shelf = shelfAt(path);
    return shelf === undefined ? page(404, missingPage(path)) : recommend(shelf);
  }

  async function recommend(shelf: Shelf): Promise<Answer> {
    try {
      const { category } = shelf;
      const found = await recommendations.recommend({ user_id: 1, category, max_results: 3 });
      return page(200, booksPage(shelf, found.recommendations));
    } catch (error) {
      onError(error);
      return isAway(error)
        ? page(503, awayPage(shelf), { 'retry-after': '15' })
        : page(500, brokenPage(shelf));
    }
  }

  return async ({ method = '', url = '' }, response) => {
    const { status, headers, body } = await answer(method, url.replace(/\?.*/s, ''));
    response.writeHead(status, { ...security, ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(method === 'HEAD' ? undefined : body);
  };
}

function isAway(error: unknown): boolean {
  return error instanceof RpcError && (error.code === 'UNAVAILABLE' || error.code === 'DEADLINE_EXCEEDED');
}

function page(status: number, body: string, more: Readonly<Record<string, string>> = {}): Answer {
  // The next visit may see other books.
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...more };
  return { status, headers, body };
}

function file(name: string, type: string): Answer {
  const headers = { 'content-type': type, 'cache-control': 'max-age=300' };
  return { status: 200, headers, body: readFileSync(new URL(name, import.meta.url)) };
}
