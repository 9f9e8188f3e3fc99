import { type Api, api } from './api.ts';

export type Book = InstanceType<Api['BookRecommendation']>;

const { BookCategory, BookRecommendation } = api;

/** All books there are, by category. */
export const booksOf: ReadonlyMap<number, readonly Book[]> = new Map([
  [
    BookCategory.MYSTERY,
    [
      book(1, 'The Maltese Falcon', 'Dashiell Hammett'),
      book(2, 'Murder on the Orient Express', 'Agatha Christie'),
      book(3, 'The Hound of the Baskervilles', 'Arthur Conan Doyle'),
      book(4, 'The Name of the Rose', 'Umberto Eco'),
      book(5, 'The Moonstone', 'Wilkie Collins'),
      book(6, 'Gaudy Night', 'Dorothy L. Sayers'),
    ],
  ],
  [
    BookCategory.SCIENCE_FICTION,
    [
      book(7, 'The Hitchhiker’s Guide to the Galaxy', 'Douglas Adams'),
      book(8, 'Ender’s Game', 'Orson Scott Card'),
      book(9, 'Dune', 'Frank Herbert'),
      book(10, 'The Left Hand of Darkness', 'Ursula K. Le Guin'),
      book(11, 'Solaris', 'Stanisław Lem'),
      book(12, 'Kindred', 'Octavia E. Butler'),
    ],
  ],
  [
    BookCategory.SELF_HELP,
    [
      book(13, 'The 7 Habits of Highly Effective People', 'Stephen R. Covey'),
      book(14, 'How to Win Friends and Influence People', 'Dale Carnegie'),
      book(15, 'Man’s Search for Meaning', 'Viktor E. Frankl'),
      book(16, 'Meditations', 'Marcus Aurelius'),
      book(17, 'Mindset', 'Carol S. Dweck'),
      book(18, 'Thinking, Fast and Slow', 'Daniel Kahneman'),
    ],
  ],
]);

function book(id: number, title: string, author: string): Book {
  return new BookRecommendation({ id, title, author });
}
