// The proctor's way to a board in a real browser: login, rooms, who needs somebody first, filters, search, the hall, and the
// own link cut.
import assert from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import type { ExamSession } from '../../../client/session.ts';
import { launchChromium, resize, type Visitor, violations, visit } from '../../support/chromium.ts';
import { openProxy, type TestProxy } from '../../support/proxy.ts';
import { until } from '../../workers/worker-parts.ts';
import { namesOf, openPerson, roomCard, row, scrollsSideways, watchRooms } from './page-deeds.ts';
import { startWatchedSystem, type WatchedExam, type WatchedSystem } from './watched-exam.ts';

/** A login that is refused, and an api that is away on purpose. */
const EXPECTED = /401|ERR_|WebSocket/;

describe('the proctor’s board', function () {
  this.timeout(60_000);
  let watched: WatchedSystem;
  let browser: Browser;
  let exam: WatchedExam;
  let visitor: Visitor;
  let network: TestProxy;
  const sessions: ExamSession[] = [];

  before(async function () {
    this.timeout(120_000);
    browser = await launchChromium(this);
    watched = await startWatchedSystem('board');
    network = await openProxy(new URL(watched.system.url).host);
    exam = await watched.exam({ rooms: { Oak: 5, Elm: 2 }, proctors: ['board-kim'] });
    await exam.open();
    for (const index of [0, 1, 2, 5]) sessions.push(await exam.enter(index));
    await exam.start();
  });
  beforeEach(async () => {
    visitor = await visit(browser, `${watched.system.url}/proctor`, { expected: EXPECTED });
  });
  afterEach(() => visitor.close());
  after(async () => {
    await browser?.close();
    await network?.close();
    await watched?.stop();
  });
  const label = (index: number) => exam.roster[index]?.label ?? '';

  it('is behind a login that says what is wrong and keeps what was typed', async () => {
    const { page } = visitor;
    await page.getByLabel('Login name').fill('board-kim');
    await page.getByLabel('Password').fill('something else');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').getByText('Login name or password is wrong').waitFor();
    assert.equal(await page.getByLabel('Login name').inputValue(), 'board-kim');
    assert.deepEqual(await violations(page), []);
  });

  it('is chosen from the own rooms, one or many, and comes back after a reload without a password', async () => {
    const { page } = visitor;
    await page.getByLabel('Login name').fill('board-kim');
    await page.getByLabel('Password').fill('a proctor’s password');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'My rooms' }).waitFor();
    await page.getByRole('checkbox', { name: 'Oak' }).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'All of this exam' }).click();
    await page.getByRole('button', { name: 'Watch 2 rooms' }).click();
    for (const room of ['Oak', 'Elm']) await roomCard(page, room).getByText('Connected').waitFor();
    await page.reload();
    for (const room of ['Oak', 'Elm']) await roomCard(page, room).getByText('Connected').waitFor();
    await row(page, label(1)).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Password').waitFor();
    await showsNothing(page);
    await page.reload();
    await page.getByLabel('Password').waitFor();
  });

  it('shows nothing more of anybody once its login was ended elsewhere, when the person comes back to it', async () => {
    const { page } = visitor;
    await watchRooms(page, 'board-kim', ['Oak', 'Elm']);
    await row(page, label(1)).waitFor();
    const kept = await page.evaluate(() => sessionStorage.getItem('examhall.proctor') ?? '{}');
    const headers = { authorization: `Bearer ${JSON.parse(kept).token}`, 'idempotency-key': 'ended-elsewhere' };
    const ended = await fetch(`${watched.system.url}/v1/logout`, { method: 'POST', headers });
    assert.equal(ended.status, 204);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page.getByText('Your login has ended').waitFor();
    await showsNothing(page);
  });

  /** Neither in the page nor in what a browser keeps. */
  async function showsNothing(page: Page): Promise<void> {
    const left = await page.evaluate(async () => ({
      page: document.documentElement.outerHTML,
      storage: JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]),
      databases: (await indexedDB.databases()).map(({ name }) => name),
    }));
    for (const shown of [label(1), 'Oak', 'board-kim']) assert.ok(!JSON.stringify(left).includes(shown), shown);
    assert.doesNotMatch(left.storage, /token|examhall\.proctor/);
    assert.deepEqual(left.databases, []);
  }

  it('shows who needs somebody first, with the reason in words, and what was saved', async () => {
    const { page } = visitor;
    await watchRooms(page, 'board-kim', ['Oak', 'Elm']);
    sessions[1]?.answer(1, 'A');
    await row(page, label(1)).getByText('1 saved').waitFor();
    sessions[2]?.raiseHand('May I use a ruler?');
    await row(page, label(2)).getByText('Hand raised').waitFor();
    assert.equal((await namesOf(page))[0], label(2));
    await page.getByRole('heading', { name: 'Raised hands 1' }).waitFor();
    await row(page, label(2)).getByText('needs somebody').waitFor();
    assert.deepEqual(await violations(page), []);
  });

  it('filters by what is counted, and finds by seat, name and code', async () => {
    const { page } = visitor;
    await watchRooms(page, 'board-kim', ['Oak', 'Elm']);
    await page.getByText('7 people', { exact: true }).last().waitFor();
    const absent = page.getByRole('button', { name: '3 Not here' });
    await absent.click();
    assert.equal(await absent.getAttribute('aria-pressed'), 'true');
    assert.deepEqual((await namesOf(page)).sort(), [label(3), label(4), label(6)].sort());
    await absent.click();
    const search = page.getByRole('searchbox');
    await search.fill('a4');
    await page.getByText('1 of 7 people').waitFor();
    assert.deepEqual(await namesOf(page), [label(3)]);
    await search.fill(exam.roster[5]?.code ?? 'none');
    await until('the code is found', async () => (await namesOf(page)).join() === label(5));
    await search.fill('nobody at all');
    await page.getByText('Nobody fits this').waitFor();
    await page.getByRole('button', { name: 'Empty the search' }).click();
    await page.getByText('7 people', { exact: true }).last().waitFor();
  });

  it('shows the hall, a cell for each seat, walked by arrow keys', async () => {
    const { page } = visitor;
    await watchRooms(page, 'board-kim', ['Oak', 'Elm']);
    await page.getByRole('button', { name: 'Seats' }).click();
    const hall = page.getByRole('region', { name: 'Seats of Oak' });
    await hall.getByRole('button').nth(4).waitFor();
    assert.equal(await hall.getByRole('button').count(), 5);
    const first = hall.getByRole('button', { name: `Seat A1, ${label(0)}, answering` });
    await first.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page
      .getByRole('complementary')
      .getByRole('heading', { name: label(2) })
      .waitFor();
    assert.deepEqual(await violations(page), []);
  });

  it('needs no sideways scrolling in a window of 320 px, in either language', async () => {
    const { page } = visitor;
    await watchRooms(page, 'board-kim', ['Oak', 'Elm']);
    await resize(page, { width: 320, height: 640 });
    for (const language of ['English', '한국어']) {
      await page.getByRole('button', { name: language }).click();
      assert.equal(await scrollsSideways(page), false, language);
      await openPersonAnyhow();
      assert.equal(await scrollsSideways(page), false, language);
      await page.getByRole('button', { name: language === 'English' ? 'Close' : '닫기', exact: true }).click();
    }
    async function openPersonAnyhow() {
      await page.locator('.open-person').first().click();
      await page.getByRole('complementary').waitFor();
    }
  });

  it('is grey and says as of when while the own link is down, keeps an order until it is back, and sends it then', async () => {
    const { page } = visitor;
    await page.goto(`http://${network.address}/proctor`);
    await watchRooms(page, 'board-kim', ['Oak']);
    const panel = await openPerson(page, label(0));
    await network.refuse();
    await page
      .getByText(/Your connection to Oak is lost\. What you see is as of \d\d:\d\d:\d\d/)
      .first()
      .waitFor();
    assert.match((await roomCard(page, 'Oak').getAttribute('class')) ?? '', /stale/);
    assert.deepEqual(await violations(page), []);
    await order(page, panel, 'talking');
    await panel.getByText('waits for your connection').waitFor();
    assert.equal(sessions[0]?.room().locked, false);
    await network.pass();
    await panel.getByText('✓ carried out').waitFor();
    await until('the examinee is locked', () => sessions[0]?.room().locked === true);
    await page.locator('.own-link').waitFor({ state: 'detached' });
  });

  it('says that the server is being restarted where it is, and comes back by itself', async () => {
    const { page } = visitor;
    await watchRooms(page, 'board-kim', ['Oak']);
    const said = page.locator('.own-link').getByText('The server of Oak is being restarted').waitFor();
    await watched.system.kill('server', 'SIGTERM');
    await said;
    assert.deepEqual(await violations(page), []);
    await watched.system.start('server');
    await page.locator('.own-link').waitFor({ state: 'detached' });
    await row(page, label(0)).waitFor();
  });

  it('drops an order that waited, where it is not wanted any more', async () => {
    const { page } = visitor;
    await page.goto(`http://${network.address}/proctor`);
    await watchRooms(page, 'board-kim', ['Oak']);
    const panel = await openPerson(page, label(1));
    await network.refuse();
    await page.locator('.own-link').waitFor();
    await order(page, panel, 'a mistake');
    await panel.getByRole('button', { name: 'Do not send' }).click();
    await network.pass();
    await roomCard(page, 'Oak').getByText('Connected').waitFor();
    await panel.getByText('dropped, not sent').waitFor();
    assert.equal(sessions[1]?.room().locked, false);
  });

  async function order(page: Page, panel: Locator, reason: string): Promise<void> {
    await panel.getByRole('button', { name: 'Lock', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The command waits here').waitFor();
    await dialog.getByLabel('Reason').fill(reason);
    await dialog.getByRole('button', { name: 'Lock' }).click();
  }
});
