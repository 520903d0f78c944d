// A state of a page as people see it, in both languages, on a desk and at 360 px. Only where EXAMHALL_SCREENSHOTS names a
// folder, as `npm run screenshots` does; the page is left as it was. Called by chromium.ts.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
const LANGUAGES = ['en', 'ko'];
const KEY = 'examhall.language';
/** Long enough for a picture, a formula and what moves. */
const SETTLING_MS = 150;

let taken = 0;

/** NUMBER-page-what-is-shown.LANGUAGE.SIZE.png, in the order in which the tests came by. */
export async function takeScreenshots(page: Page): Promise<void> {
  const folder = process.env.EXAMHALL_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  const name = `${String(++taken).padStart(3, '0')}-${await nameOf(page)}`;
  const [language, size] = [await page.getAttribute('html', 'lang'), page.viewportSize()];
  for (const shown of LANGUAGES) {
    await speak(page, shown);
    for (const [sizeName, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      await page.waitForTimeout(SETTLING_MS);
      await page.screenshot({ path: join(folder, `${name}.${shown}.${sizeName}.png`), fullPage: true });
    }
  }
  await speak(page, language ?? 'en');
  if (size !== null) await page.setViewportSize(size);
}

/** As another tab would. */
async function speak(page: Page, language: string): Promise<void> {
  await page.evaluate(
    ([key, newValue]) => void dispatchEvent(new StorageEvent('storage', { key: key ?? '', newValue: newValue ?? '' })),
    [KEY, language],
  );
}

/** The page, and what it or its dialog is called. */
export async function nameOf(page: Page): Promise<string> {
  const heading = page.locator('dialog[open] h2, h1').first();
  const text = (await heading.count()) === 0 ? '' : ((await heading.textContent()) ?? '');
  const words = `${new URL(page.url()).pathname} ${text}`.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join('-').slice(0, 60);
}
