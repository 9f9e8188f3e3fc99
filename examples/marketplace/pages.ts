import type { Book } from './books.ts';
import { type Html, html } from './html.ts';
import { type Shelf, shelves } from './shelves.ts';

/** The books of a shelf. */
export function booksPage(shelf: Shelf, books: readonly Book[]): string {
  const main = html`
    <header class="lead">
      <h1>${shelf.name}</h1>
      <p>${shelf.lead}</p>
    </header>
    ${books.length > 0 ? html`<ol class="books">${books.map(book)}</ol>` : html`<p>Nothing here today.</p>`}
    <p class="more"><a class="button" href="${shelf.path}">Show me others</a></p>`;
  return layout(shelf.name, main, shelf);
}

/** The service does not answer. */
export function awayPage(shelf: Shelf): string {
  const main = html`
    <section class="notice" role="status">
      <svg class="sign" viewBox="0 0 120 96" aria-hidden="true">
        <path d="M60 6 24 40M60 6l36 34" />
        <circle cx="60" cy="6" r="4" />
        <rect x="8" y="38" width="104" height="50" rx="8" />
        <path d="M30 56h60M42 70h36" />
      </svg>
      <h1>Back in a moment</h1>
      <p>The service that recommends books does not answer. This page tries again every fifteen seconds.</p>
      <p><a class="button" href="${shelf.path}" autofocus>Try again now</a></p>
    </section>`;
  return layout('Back in a moment', main, shelf, html`<meta http-equiv="refresh" content="15">`);
}

/** Something is wrong that waiting does not mend. */
export function brokenPage(shelf: Shelf): string {
  const main = html`
    <section class="notice" role="alert">
      <h1>That went wrong</h1>
      <p>The mistake is ours, and we were told. Perhaps another category works.</p>
      <p><a class="button" href="${shelf.path}">Try again</a></p>
    </section>`;
  return layout('That went wrong', main, shelf);
}

/** There is nothing at a path. */
export function missingPage(path: string): string {
  const main = html`
    <section class="notice">
      <h1>No such shelf</h1>
      <p>There is nothing at <code>${path}</code>. What we have is above.</p>
    </section>`;
  return layout('No such shelf', main);
}

function layout(title: string, main: Html, here?: Shelf, head: Html = html``): string {
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="Books that you may like">
    ${head}
    <title>${title} – Marketplace</title>
    <link rel="icon" href="/icon.svg">
    <link rel="stylesheet" href="/style.css">
  </head>
  <body>
    <header class="top">
      <a class="brand" href="/"><img src="/icon.svg" alt="" width="36" height="36">Marketplace</a>
      <nav aria-label="Categories">
        ${shelves.map(shelf => link(shelf, shelf === here))}
      </nav>
    </header>
    <main>${main}
    </main>
    <footer>Recommended over Thrift, by livethrift</footer>
  </body>
</html>
`;
  return page.text;
}

function link({ path, name }: Shelf, isHere: boolean): Html {
  return isHere
    ? html`<a href="${path}" aria-current="page">${name}</a>\n`
    : html`<a href="${path}">${name}</a>\n`;
}

function book({ id, title, author }: Book): Html {
  return html`<li class="book tone${((id % 6) + 6) % 6}">
        <div class="cover" aria-hidden="true"><b>${title}</b><i>${author ?? ''}</i></div>
        <div>
          <h2>${title}</h2>
          <p>${author ?? 'Author unknown'}</p>
        </div>
      </li>
      `;
}
