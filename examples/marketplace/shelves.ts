import { api } from './api.ts';
import type { BookCategory } from './recommendations.thrift';

/** How a category is shown. */
export interface Shelf {
  readonly category: BookCategory;
  readonly path: string;
  readonly name: string;
  readonly lead: string;
}

const { MYSTERY, SCIENCE_FICTION, SELF_HELP } = api.BookCategory;

const mystery: Shelf = {
  category: MYSTERY,
  path: '/mystery',
  name: 'Mystery',
  lead: 'Somebody did it. Find out who, from an armchair.',
};

export const shelves: readonly Shelf[] = [
  mystery,
  {
    category: SCIENCE_FICTION,
    path: '/science-fiction',
    name: 'Science fiction',
    lead: 'Other worlds, and what they say about this one.',
  },
  {
    category: SELF_HELP,
    path: '/self-help',
    name: 'Self-help',
    lead: 'Good advice, some of it two thousand years old.',
  },
];

/** The shelf at a path; `/` is the first. */
export function shelfAt(path: string): Shelf | undefined {
  return path === '/' ? mystery : shelves.find(shelf => shelf.path === path);
}
