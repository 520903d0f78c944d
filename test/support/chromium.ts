// A real Chromium, driven by playwright-core, and axe in it. Where there is none the suite is skipped, and the reason printed.
// What a page does wrong by itself (an error on its console, a request to somebody else) fails the test that opened it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../bin/launcher/chromium.ts';
import { nameOf, takeScreenshots } from './screenshots.ts';

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
/** As root, in a container, without a screen, and asking nobody on the internet for anything. */
const OPTIONS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'];
/** Below the shortest limit of a test of pages, so that what did not come has a name. */
const STEP_MS = 25_000;
/** WCAG 2.2 AA, and what axe calls best practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export type Visitor = {
  readonly page: Page;
  /** What went wrong in the page by itself so far. */
  readonly faults: readonly string[];
  /** Fails where anything did, then closes the page with all that it kept. */
  close(): Promise<void>;
};

/** Starts it once for a suite; skips the suite of `context` where there is none. */
export async function launchChromium(context: Mocha.Context): Promise<Browser> {
  const found = await findChromium();
  if ('path' in found) return chromium.launch({ executablePath: found.path, args: OPTIONS });
  console.log(`      skipped, there is no browser: ${found.missing}`);
  return context.skip();
}

/**
 * A person at a device of their own: nothing is shared with another visitor. `url` is the only origin whose host may be asked;
 * `expected` are faults that the test makes on purpose, `before` a script that runs in each page before its own.
 */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { readonly expected?: RegExp; readonly before?: string } = {},
): Promise<Visitor> {
  const { expected, before, ...contextOptions } = options;
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...contextOptions });
  if (before !== undefined) await context.addInitScript(before);
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  const faults: string[] = [];
  const note = (fault: string) => {
    if (expected?.test(fault) !== true) faults.push(fault);
  };
  const { hostname } = new URL(url);
  page.on('pageerror', (error) => note(`error: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && note(`console: ${message.text()}`));
  context.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== 'blob:' && asked.hostname !== hostname) note(`asked a third party: ${request.url()}`);
  });
  await page.goto(url);
  return {
    page,
    faults,
    async close() {
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
}

type Size = { readonly width: number; readonly height: number };

/** The page at another size, as soon as it is laid out in it: a browser says that it took a size before it has it. */
export async function resize(page: Page, size: Size): Promise<void> {
  await page.setViewportSize(size);
  await page.waitForFunction(({ width, height }) => innerWidth === width && innerHeight === height, size);
}

/**
 * What axe finds on the page as it stands, by day, its colours by night, and with more contrast, one line for each place;
 * nothing is excused. Each state that is looked at is also a state for `npm run screenshots`.
 */
export async function violations(page: Page): Promise<string[]> {
  await takeScreenshots(page);
  await page.evaluate(AXE);
  const found = await axe(page, { type: 'tag', values: RULES });
  // Only the colours are others at night.
  const atNight = await coloursIn(page, { colorScheme: 'dark' });
  await page.emulateMedia({ colorScheme: null });
  return [...found, ...atNight.map((line) => `at night: ${line}`), ...(await withContrast(page))];
}

/** Its colours follow a frame later than the browser says that it took them. */
async function look(page: Page, media: NonNullable<Parameters<Page['emulateMedia']>[0]>): Promise<void> {
  await page.emulateMedia(media);
  const wanted = [
    `(prefers-color-scheme: ${media.colorScheme})`,
    ...(media.contrast === undefined ? [] : [`(prefers-contrast: ${media.contrast})`]),
  ];
  await page.waitForFunction((queries) => queries.every((query) => matchMedia(query).matches), wanted);
  await page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );
}

const LOOKS = 5;

/** What stays wrong with its colours: for a moment a browser may have those of before and of now side by side. */
async function coloursIn(page: Page, media: Parameters<typeof look>[1]): Promise<string[]> {
  let found: string[] = [];
  for (let looks = 0; looks < LOOKS; looks++) {
    await look(page, media);
    found = await axe(page, { type: 'rule', values: ['color-contrast'] });
    if (found.length === 0) break;
    await page.emulateMedia({ media: 'print' }); // so that it makes all of them anew
    await page.emulateMedia({ media: null });
  }
  return found;
}

const looked = new Set<string>();

/** The colours for who asks the device for more contrast, by day and by night: of each heading once. */
async function withContrast(page: Page): Promise<string[]> {
  const name = await nameOf(page);
  if (looked.has(name)) return [];
  looked.add(name);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const lines = await coloursIn(page, { colorScheme, contrast: 'more' });
    found.push(...lines.map((line) => `with more contrast, ${colorScheme}: ${line}`));
  }
  await page.emulateMedia({ colorScheme: null, contrast: null });
  return found;
}

type Violation = {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: unknown }[];
};

async function axe(page: Page, runOnly: { type: 'tag' | 'rule'; values: readonly string[] }): Promise<string[]> {
  const found: { readonly violations: readonly Violation[] } = await page.evaluate(
    // biome-ignore lint/suspicious/noExplicitAny: axe is a global of the page alone
    async (rules) => (globalThis as any).axe.run(document, { runOnly: rules, resultTypes: ['violations'] }),
    runOnly,
  );
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} at ${String(target)}`),
  );
}
