import { type Handler, RpcError } from 'livethrift';
import type { Api } from './api.ts';
import { type Book, booksOf } from './books.ts';

/** Recommends books at random: `random` gives numbers as Math.random does. */
export function makeHandler(random: () => number = Math.random): Handler<Api['Recommendations']> {
  return {
    recommend(request) {
      // Clients may leave any argument out.
      if (request === undefined) throw new RpcError('INVALID_ARGUMENT', 'request: expected one, got nothing');
      const { category, max_results } = request;
      const books = booksOf.get(category);
      if (books === undefined) throw new RpcError('NOT_FOUND', `there is no category ${category}`);
      if (max_results < 0)
        throw new RpcError('INVALID_ARGUMENT', `max_results: expected 0 or more, got ${max_results}`);
      return { recommendations: choose(books, max_results, random) };
    },
  };
}

function choose(books: readonly Book[], count: number, random: () => number): Book[] {
  const left = [...books];
  const chosen: Book[] = [];
  while (chosen.length < count && left.length > 0)
    chosen.push(...left.splice(Math.floor(random() * left.length), 1));
  return chosen;
}
