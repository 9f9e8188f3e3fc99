import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { Program } from './programs.ts';

const pictures = fileURLToPath(new URL('build/', import.meta.url));
const desktop = { width: 1280, height: 860 };
const phone = { width: 390, height: 844 };

let browser: Browser;
let service: Program;
let site: Program;
let servicePort: string;
let url: string;
let pages: Page[] = [];

before(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium' });
  service = await Program.start('server.ts', { RECOMMENDATIONS_PORT: '0' });
  servicePort = /:(\d+) /.exec(service.greeting)![1]!;
  const env = { RECOMMENDATIONS_HOST: '127.0.0.1', RECOMMENDATIONS_PORT: servicePort, PORT: '0' };
  site = await Program.start('marketplace.ts', env);
  url = /http:\S+:\d+/.exec(site.greeting)![0];
});

after(async () => {
  await browser?.close();
  await service?.end('SIGKILL');
  await site?.end('SIGKILL');
});

beforeEach(async () => {
  if (service.hasEnded) await restart();
});

afterEach(async () => {
  for (const page of pages) await page.context().close();
  pages = [];
});

/** Starts the service where it was before. */
async function restart(): Promise<void> {
  service = await Program.start('server.ts', { RECOMMENDATIONS_PORT: servicePort });
}

/** A page in a browser that nobody used before. */
async function open(path: string, options: BrowserContextOptions = { viewport: desktop }): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  pages.push(page);
  await page.goto(url + path);
  return page;
}

/** Clicks on a link, and waits for where it leads to. */
async function follow(page: Page, link: Locator): Promise<void> {
  const loaded = page.waitForEvent('load');
  await link.click();
  await loaded;
}

const headingOf = (page: Page) => page.locator('h1').innerText();
const titlesOf = (page: Page) => page.locator('.book h2').allInnerTexts();
const show = (page: Page, name: string) =>
  page.screenshot({ path: `${pictures}${name}.png`, fullPage: true });

const mysteries = [
  'The Maltese Falcon',
  'Murder on the Orient Express',
  'The Hound of the Baskervilles',
  'The Name of the Rose',
  'The Moonstone',
  'Gaudy Night',
];

describe('the Marketplace, in a browser', () => {
  it('shows three books that the service recommends, and others when asked to', async () => {
    const page = await open('/');
    expect(await headingOf(page)).to.equal('Mystery');
    const first = await titlesOf(page);
    expect(first).to.have.length(3);
    expect(mysteries).to.include.members(first);
    let next = first;
    while (next.join() === first.join()) {
      await follow(page, page.getByRole('link', { name: 'Show me others' }));
      next = await titlesOf(page);
      expect(next).to.have.length(3);
    }
    expect(mysteries).to.include.members(next);
    await show(page, 'desktop');
  });

  it('has a link to each category, and shows where one is', async () => {
    const page = await open('/');
    const links = page.getByRole('navigation').getByRole('link');
    expect(await links.allInnerTexts()).to.deep.equal(['Mystery', 'Science fiction', 'Self-help']);
    for (const name of ['Science fiction', 'Self-help', 'Mystery']) {
      await follow(page, links.filter({ hasText: name }));
      expect(await headingOf(page)).to.equal(name);
      expect(await page.locator('[aria-current=page]').allInnerTexts()).to.deep.equal([name]);
      expect(await titlesOf(page)).to.have.length(3);
    }
  });

  it('says that the service is away, and shows books as soon as it is back', async () => {
    const page = await open('/self-help');
    await service.end('SIGKILL');
    const answer = await page.reload();
    expect(answer!.status()).to.equal(503);
    expect(await headingOf(page)).to.equal('Back in a moment');
    expect(await titlesOf(page)).to.deep.equal([]);
    await show(page, 'desktop-away');

    await follow(page, page.getByRole('link', { name: 'Try again now' }));
    expect(await headingOf(page)).to.equal('Back in a moment');

    await restart();
    // Nobody clicks: the page tries again by itself.
    await page.locator('.book').first().waitFor();
    expect(await headingOf(page)).to.equal('Self-help');
    expect(await titlesOf(page)).to.have.length(3);
  });

  for (const width of [320, 360, phone.width]) {
    it(`needs no scrolling sideways on a phone that is ${width} pixels wide`, async () => {
      const page = await open('/', { viewport: { ...phone, width }, isMobile: true, deviceScaleFactor: 2 });
      const check = async () => {
        const inside = await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth');
        expect(inside, page.url()).to.equal(true);
      };
      for (const path of ['/mystery', '/science-fiction', '/self-help', `/${'x'.repeat(200)}`]) {
        await page.goto(url + path);
        await check();
      }
      await page.goto(url);
      await show(page, `phone-${width}`);
      await service.end('SIGKILL');
      await page.reload();
      expect(await headingOf(page)).to.equal('Back in a moment');
      await check();
      await show(page, `phone-${width}-away`);
    });
  }

  it('is dark where that is asked for', async () => {
    const background = 'getComputedStyle(document.body).backgroundColor';
    const dark = await open('/', { viewport: desktop, colorScheme: 'dark' });
    const light = await open('/', { viewport: desktop, colorScheme: 'light' });
    expect(await dark.evaluate(background)).to.equal('rgb(23, 20, 15)');
    expect(await light.evaluate(background)).to.equal('rgb(250, 246, 239)');
    await show(dark, 'desktop-dark');
  });

  it('asks no other server for anything, and the browser finds nothing wrong with it', async () => {
    const page = await open('/');
    const wrong: string[] = [];
    const asked: string[] = [];
    page.on('console', message => wrong.push(message.text()));
    page.on('pageerror', error => wrong.push(String(error)));
    page.on('requestfailed', failed => {
      const why = failed.failure()?.errorText;
      // To leave a page while its icon is still on its way is no mistake of the page.
      if (why !== 'net::ERR_ABORTED') wrong.push(`${failed.url()}: ${why}`);
    });
    page.on('request', request => asked.push(request.url()));
    for (const path of ['/', '/science-fiction', '/self-help'])
      await page.goto(url + path, { waitUntil: 'networkidle' });
    expect(wrong).to.deep.equal([]);
    expect(asked.filter(one => !one.startsWith(`${url}/`))).to.deep.equal([]);
    expect(asked.length).to.be.greaterThan(2);
  });

  it('shows what stands in an address as text', async () => {
    const sent = request(`${url}/`, { path: '/<img/src=x>&"' }).end();
    const [answer] = await once(sent, 'response');
    expect(answer.statusCode).to.equal(404);
    const page = await text(answer);
    expect(page).to.include('/&#60;img').and.not.include('<img/');
    expect(answer.headers['content-security-policy']).to.match(/^default-src 'none';/);
  });

  it('ends when it is told to, while a browser keeps its connections open', async () => {
    await open('/');
    expect(await site.end('SIGINT')).to.equal(0);
    expect(await service.end('SIGINT')).to.equal(0);
  });
});
