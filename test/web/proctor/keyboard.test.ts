// The proctor's page by keyboard alone, its keys that can be changed and switched off, in Korean, and the report of a room.
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type { ExamSession } from '../../../client/session.ts';
import { launchChromium, resize, type Visitor, violations, visit } from '../../support/chromium.ts';
import { openNetwork } from '../../support/network.ts';
import { until } from '../../workers/worker-parts.ts';
import { roomCard, row, scrollsSideways, watchRooms } from './page-deeds.ts';
import { PASSWORD, startWatchedSystem, type WatchedExam, type WatchedSystem } from './watched-exam.ts';

describe('the proctor’s page without a mouse', function () {
  this.timeout(60_000);
  let watched: WatchedSystem;
  let browser: Browser;
  let exam: WatchedExam;
  let visitor: Visitor;
  let page: Page;
  const sessions: ExamSession[] = [];

  before(async function () {
    this.timeout(120_000);
    browser = await launchChromium(this);
    watched = await startWatchedSystem('keyboard');
    exam = await watched.exam({ rooms: { Oak: 3 }, proctors: ['keys-kim'] });
    await exam.open();
    for (const index of [0, 1, 2]) sessions.push(await exam.enter(index));
    await exam.start();
  });
  beforeEach(async () => {
    visitor = await visit(browser, `${watched.system.url}/proctor`);
    page = visitor.page;
  });
  afterEach(() => visitor.close());
  after(async () => {
    await browser?.close();
    await watched?.stop();
  });
  const label = (index: number) => exam.roster[index]?.label ?? '';
  const idOf = (index: number) => exam.roster[index]?.examineeId ?? '';
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  /** Presses Tab until the focus is on what says this. */
  async function tabTo(words: RegExp): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      const own = await page.evaluate(() => {
        const element = document.activeElement === document.body ? null : document.activeElement;
        const labelled = (element as HTMLInputElement | null)?.labels?.[0]?.textContent ?? '';
        return `${element?.getAttribute('aria-label') ?? ''} ${labelled} ${element?.textContent ?? ''}`;
      });
      if (words.test(own)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`no way by Tab to ${words}`);
  }

  it('goes from the login to a person, an order and back', async () => {
    await tabTo(/Login name/);
    await page.keyboard.type('keys-kim');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('checkbox', { name: 'Oak' }).waitFor();
    await tabTo(/Oak/);
    assert.ok(await page.getByRole('checkbox', { name: 'Oak' }).isChecked(), 'the only room is chosen already');
    await tabTo(/Watch 1 room/);
    await page.keyboard.press('Enter');
    await roomCard(page, 'Oak').getByText('Connected').waitFor();
    sessions[1]?.raiseHand('By keyboard?');
    await row(page, label(1)).getByText('Hand raised').waitFor();
    await page.keyboard.press('j');
    await page
      .getByRole('complementary')
      .getByRole('heading', { name: label(1) })
      .waitFor();
    assert.match(await focused(), new RegExp(label(1)));
    await page.keyboard.press('t');
    await row(page, label(1)).getByText('Taken by you').waitFor();
    await page.keyboard.press('a');
    await page.keyboard.type('Yes, by keyboard.');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByText('answered: Yes, by keyboard.').waitFor();
    await page.getByRole('complementary').getByRole('heading', { level: 2 }).focus();
    await page.keyboard.press('a');
    await page.getByRole('dialog', { name: `Message: ${label(1)}` }).waitFor();
    await tabTo(/Text/);
    await page.keyboard.type('Thank you.');
    await tabTo(/^ {2}Message$/);
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByText('1 of 1 reached').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').getByRole('heading', { level: 2 }).focus();
    await page.keyboard.press('x');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    assert.match(await focused(), new RegExp(label(1)), 'the focus is back on the row');
  });

  it('has keys that do nothing while somebody types, can be changed, and are switched off for good', async () => {
    await watchRooms(page, 'keys-kim', ['Oak']);
    sessions[0]?.raiseHand('');
    await row(page, label(0)).getByText('Hand raised').waitFor();
    await page.keyboard.press('s');
    await page.keyboard.type('jjj');
    assert.equal(await page.getByRole('searchbox').inputValue(), 'jjj');
    assert.equal(await page.getByRole('complementary').count(), 0);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Keys' }).click();
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    assert.deepEqual(await violations(page), []);
    await dialog.getByLabel('Key for: Next who needs somebody').fill('k');
    await page.keyboard.press('Tab');
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Key for: Next who needs somebody').fill('n');
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.keyboard.press('n');
    await page.getByRole('complementary').waitFor();
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Keys' }).click();
    await dialog.getByLabel('Use these keys').uncheck();
    await page.keyboard.press('Escape');
    await page.reload();
    await row(page, label(0)).waitFor();
    await page.keyboard.press('n');
    await page.keyboard.press('j');
    assert.equal(await page.getByRole('complementary').count(), 0);
  });

  it('speaks Korean everywhere: board, panel, order, incident', async () => {
    await watchRooms(page, 'keys-kim', ['Oak']);
    await page.getByRole('button', { name: '한국어' }).click();
    await row(page, label(0)).getByText('손 듦').waitFor();
    await row(page, label(0)).locator('.open-person').click();
    const panel = page.getByRole('complementary');
    await panel.getByRole('button', { name: '추가 시간' }).click();
    await page.getByRole('dialog').getByText('시간이 늘어납니다').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await panel.getByRole('button', { name: '이상 징후 알리기' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '이상 징후 알리기' }).click();
    await page.getByRole('region', { name: /이상 징후 1/ }).waitFor();
    assert.deepEqual(await violations(page), []);
    const english = await page.locator('.board-screen').evaluate((root) => {
      const words = root.textContent.match(/\b(saved|Seat|Oak|answering|Message|Lock|Close|People)\b/g);
      return [...new Set(words ?? [])];
    });
    assert.deepEqual(english, ['Oak'], 'but for the room’s own name');
  });

  it('shows the report of a room, which is printed without what belongs to the screen alone', async () => {
    await watchRooms(page, 'keys-kim', ['Oak']);
    await roomCard(page, 'Oak').getByRole('button', { name: 'More …' }).click();
    await roomCard(page, 'Oak').getByRole('button', { name: 'Report and history' }).click();
    await page.getByRole('heading', { name: 'Report of Oak' }).waitFor();
    for (const index of [0, 1, 2])
      await page
        .getByRole('cell', { name: label(index), exact: true })
        .first()
        .waitFor();
    await page.getByRole('cell', { name: 'Message Thank you.' }).waitFor();
    await page.getByText('By keyboard?').waitFor();
    assert.deepEqual(await violations(page), []);
    await resize(page, { width: 320, height: 640 });
    assert.equal(await scrollsSideways(page), false);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.getByRole('button', { name: 'Print' }).isVisible(), false);
    await page.emulateMedia({ media: 'screen' });
    await page.getByRole('button', { name: 'Back to the board' }).click();
    await roomCard(page, 'Oak').waitFor();
  });

  it('proposes what somebody lost by a dead link with its evidence, and gives it back with one button, once', async () => {
    const network = await openNetwork(watched.system.url);
    try {
      const session = await exam.enter(2, { url: network.url, open: network.open, deviceKey: `device-${idOf(2)}` });
      await until('the sheet is there', () => session.room().deadlineAt > 0);
      await watchRooms(page, 'keys-kim', ['Oak']);
      network.blackhole();
      await row(page, label(2)).getByText('No connection').waitFor();
      await network.mend();
      await until('the link is back', () => session.link() === 'online');
      const before = session.room().deadlineAt;
      const dialog = page.getByRole('dialog');
      const look = async () => {
        const card = roomCard(page, 'Oak');
        const more = card.getByRole('button', { name: 'More …' });
        if (await more.isVisible()) await more.click();
        await card.getByRole('button', { name: 'Lost minutes' }).click();
        await dialog
          .getByText(/connection lost|Nobody has lost time/)
          .first()
          .waitFor();
        return dialog.getByRole('button', { name: /^Give .* back/ });
      };
      const close = () => dialog.getByRole('button', { name: 'Close' }).click();
      await until(
        'the loss is proposed',
        async () => {
          if ((await (await look()).count()) > 0) return true;
          await close();
          return false;
        },
        20_000,
      );
      await dialog
        .getByText(`${label(2)} `)
        .first()
        .waitFor();
      assert.deepEqual(await violations(page), []);
      await dialog.getByRole('button', { name: /^Give .* back/ }).click();
      await close();
      await until('the time is given', () => session.room().deadlineAt >= before + 1_000);
      assert.equal(await (await look()).count(), 0, 'it is proposed no more');
    } finally {
      await network.close();
    }
  });
});
