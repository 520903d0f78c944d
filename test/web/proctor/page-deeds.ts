// What a person does on the proctor's page, by roles and names as a screen reader has them. Called by its browser tests.
import type { Locator, Page } from 'playwright-core';
import { PASSWORD } from './watched-exam.ts';

/** Logs in and watches these rooms; resolves when the own link to each of them is so. */
export async function watchRooms(
  page: Page,
  login: string,
  labels: readonly string[],
  link = 'Connected',
): Promise<void> {
  await page.getByLabel('Login name').fill(login);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  for (const label of labels) await page.getByRole('checkbox', { name: label }).check();
  await page.getByRole('button', { name: /^Watch/ }).click();
  for (const label of labels) await roomCard(page, label).getByText(link).waitFor();
}

export function roomCard(page: Page, label: string): Locator {
  return page.getByRole('region', { name: `Room ${label}`, exact: true });
}

/** The rows of the list, in their order, by name. */
export async function namesOf(page: Page): Promise<string[]> {
  return page.locator('.person-row .name').allTextContents();
}

export function row(page: Page, label: string): Locator {
  return page
    .getByRole('listitem')
    .filter({ has: page.locator('.open-person .name').getByText(label, { exact: true }) });
}

/** Opens somebody's panel from the list. */
export async function openPerson(page: Page, label: string): Promise<Locator> {
  await row(page, label).locator('.open-person').click();
  const panel = page.getByRole('complementary');
  await panel.getByRole('heading', { level: 2 }).filter({ hasText: label }).waitFor();
  return panel;
}

/** Whether anything makes the page wider than its window. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}
