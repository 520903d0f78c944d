// Two proctors at one exam, each in a browser of their own: who is faster, who looks at whom, an incident from its signal to
// its decision, a raised hand, the handover, and lost minutes that are given back once.
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type { ExamSession } from '../../../client/session.ts';
import { launchChromium, type Visitor, violations, visit } from '../../support/chromium.ts';
import { until } from '../../workers/worker-parts.ts';
import { openPerson, roomCard, row, watchRooms } from './page-deeds.ts';
import { startWatchedSystem, type WatchedExam, type WatchedSystem } from './watched-exam.ts';

describe('two proctors', function () {
  this.timeout(60_000);
  let watched: WatchedSystem;
  let browser: Browser;
  let exam: WatchedExam;
  const visitors: Visitor[] = [];
  const sessions: ExamSession[] = [];
  let kim: Page;
  let lee: Page;

  before(async function () {
    this.timeout(120_000);
    browser = await launchChromium(this);
    watched = await startWatchedSystem('two');
    exam = await watched.exam({ rooms: { Oak: 4 }, proctors: ['two-kim', 'two-lee'] });
    await exam.open();
    for (const login of ['two-kim', 'two-lee']) {
      const visitor = await visit(browser, `${watched.system.url}/proctor`);
      visitors.push(visitor);
      await watchRooms(visitor.page, login, ['Oak']);
    }
    [kim, lee] = visitors.map(({ page }) => page) as [Page, Page];
    for (const index of [0, 1, 2]) sessions.push(await exam.enter(index));
    sessions[1]?.ready();
    await until('the server knows who is ready', () => sessions[1]?.status() === 'ready');
    await exam.start();
  });
  after(async () => {
    for (const visitor of visitors) await visitor.close();
    await browser?.close();
    await watched?.stop();
  });
  const label = (index: number) => exam.roster[index]?.label ?? '';
  const close = (page: Page) =>
    page.getByRole('complementary').getByRole('button', { name: 'Close', exact: true }).click();

  it('see an incident of the examinee’s page first on the board, and one of them decides it with a note', async () => {
    for (let index = 0; index < 3; index++) sessions[0]?.report({ kind: 'focus-lost', ms: 900 });
    for (const page of [kim, lee]) await page.getByRole('region', { name: 'Incidents 1' }).waitFor();
    await row(kim, label(0))
      .getByText(/Incident/)
      .first()
      .waitFor();
    const card = (page: Page) => page.locator('.incidents > ul > .incident');
    assert.match((await card(kim).textContent()) ?? '', /Left the exam’s window.*reported by the examinee’s page/s);
    await card(kim).getByText('Evidence').click();
    await card(kim).locator('.piece').getByText('reported by the examinee’s page').first().waitFor();
    await card(kim).locator('.piece').getByText('0.9 seconds').first().waitFor();
    assert.deepEqual(await violations(kim), []);
    await card(kim).getByRole('button', { name: 'I look at it' }).click();
    await card(lee).getByText('being looked at', { exact: true }).waitFor();
    await card(kim).getByRole('button', { name: 'Confirmed' }).click();
    await card(kim).getByText('Write what you saw.').waitFor();
    await card(kim).getByLabel('Note').fill('An update put a window in front.');
    await card(lee).getByRole('button', { name: 'Decide' }).click();
    await card(lee).getByLabel('Note').fill('Nothing was read.');
    await card(kim).getByRole('button', { name: 'Unfounded' }).click();
    for (const page of [kim, lee]) await page.getByRole('region', { name: 'Incidents 0' }).waitFor();
    await lee.getByText('Decided (1)').click();
    await lee.getByText('An update put a window in front.').waitFor();
  });

  it('raise an incident of what they saw', async () => {
    const panel = await openPerson(lee, label(1));
    await panel.getByRole('button', { name: 'Raise an incident' }).click();
    const dialog = lee.getByRole('dialog');
    await dialog.getByLabel('What it is').selectOption('Material not allowed');
    await dialog.getByLabel('high').check();
    await dialog.getByLabel('Note').fill('A slip of paper.');
    assert.deepEqual(await violations(lee), []);
    await dialog.getByRole('button', { name: 'Raise an incident' }).click();
    await kim.getByRole('region', { name: 'Incidents 1' }).getByText('Severity: high').waitFor();
    await panel.getByText('Incident: Material not allowed').waitFor();
    await close(lee);
  });

  it('see who looks at whom, and only one of them takes somebody', async () => {
    await openPerson(kim, label(1));
    await row(lee, label(1)).getByText('two-kim looks at this').waitFor();
    await row(kim, label(1)).getByRole('button', { name: 'Take' }).click();
    await row(lee, label(1)).getByText('Taken by two-kim').waitFor();
    await row(kim, label(1)).getByRole('button', { name: 'Give back' }).click();
    await row(lee, label(1)).getByRole('button', { name: 'Take' }).waitFor();
    await close(kim);
  });

  it('answer a raised hand once: the slower one is told, and sees the answer', async () => {
    const answered = new Promise<string>((resolve) =>
      sessions[2]?.on('call', (call) => call.state === 'answered' && resolve(call.answer)),
    );
    sessions[2]?.raiseHand('May I leave?');
    const panel = await openPerson(lee, label(2));
    const hand = kim.getByRole('region', { name: /Raised hands 1/ });
    await hand.getByText('May I leave?').waitFor();
    await panel.getByRole('textbox', { name: `Answer to ${label(2)}` }).fill('No.');
    await hand.getByRole('button', { name: 'I am coming to you.' }).click();
    await hand.getByRole('button', { name: 'Send the answer' }).click();
    assert.equal(await answered, 'I am coming to you.');
    await panel.getByText('answered: I am coming to you.').waitFor();
    await close(lee);
  });

  it('hand the room over with a note, which the other confirms', async () => {
    const [card, other] = [roomCard(kim, 'Oak'), roomCard(lee, 'Oak')];
    await card.getByText('In charge: you').click();
    await card.getByRole('button', { name: 'Hand over' }).click();
    await kim.getByRole('dialog').getByLabel('Note for them').fill('Seat A2 coughs.');
    await kim.getByRole('dialog').getByRole('button', { name: 'Offer the handover' }).click();
    await card.getByText('The handover waits for two-lee.').waitFor();
    await other.getByText('two-kim hands Oak over to you.').waitFor();
    await other.getByText('Seat A2 coughs.').waitFor();
    assert.deepEqual(await violations(lee), []);
    await other.getByRole('button', { name: 'Take charge' }).click();
    await other.getByText('In charge: you').waitFor();
    await card.getByText('In charge: two-lee').waitFor();
  });

  it('confirm who somebody is, as it stands in the time line beside everything else, and never an answer', async () => {
    sessions[1]?.answer(201, 'an essay that no proctor may read');
    await row(kim, label(1)).getByText('1 saved').waitFor();
    const panel = await openPerson(kim, label(1));
    await panel.getByLabel('Note', { exact: true }).fill('Passport seen.');
    await panel.getByRole('button', { name: 'It is this person' }).click();
    await panel.getByText('✓ Confirmed').waitFor();
    const line = panel.getByRole('region', { name: 'Time line' });
    await until('the time line has all of it', async () => {
      await line.getByRole('button', { name: 'Read again' }).click();
      const text = (await line.textContent()) ?? '';
      const happened = ['Entered', 'Ready for the start', 'Began to answer', '1 answer saved', 'Identity confirmed'];
      return [...happened, 'Incident: Material not allowed'].every((part) => text.includes(part));
    });
    assert.ok(!(await kim.content()).includes('an essay that no proctor may read'));
    assert.deepEqual(await violations(kim), []);
    await close(kim);
  });
});
