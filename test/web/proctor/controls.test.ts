// Every control from the proctor's page in a real browser, in the order of an exam: each is ordered by a person's way and has
// its effect on the examinee's side. A control without a step here fails.
import assert from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import type { ExamSession } from '../../../client/session.ts';
import { CONTROL_ACTIONS, type ControlAction } from '../../../schema/controls.ts';
import { en } from '../../../web/proctor/texts/en.ts';
import { launchChromium, type Visitor, violations, visit } from '../../support/chromium.ts';
import { until } from '../../workers/worker-parts.ts';
import { openPerson, roomCard, row, watchRooms } from './page-deeds.ts';
import { startWatchedSystem, type WatchedExam, type WatchedSystem } from './watched-exam.ts';

const REASON = 'Noise outside';
const { names } = en.controls;

describe('the controls of the proctor’s page', function () {
  this.timeout(30_000);
  let watched: WatchedSystem;
  let browser: Browser;
  let exam: WatchedExam;
  let visitor: Visitor;
  let page: Page;
  const sessions: ExamSession[] = [];

  before(async function () {
    this.timeout(120_000);
    browser = await launchChromium(this);
    watched = await startWatchedSystem('controls');
    exam = await watched.exam({
      rooms: { Oak: 4, Elm: 1 },
      chief: 'controls-kim',
      plan: {
        admission: 'by-proctor',
        reasons: [REASON, '기기 고장'],
        noticeTemplates: [{ name: 'Clock', text: 'Look at the clock on your screen.' }],
      },
    });
    visitor = await visit(browser, `${watched.system.url}/proctor`, { expected: /409/ });
    page = visitor.page;
    await watchRooms(page, 'controls-kim', ['Oak', 'Elm'], 'Entering …');
  });
  after(async () => {
    await visitor?.close();
    await browser?.close();
    await watched?.stop();
  });

  const label = (index: number) => exam.roster[index]?.label ?? '';
  const session = (index: number) => sessions[index] as ExamSession;
  /** The last of what this page has ordered. */
  const lastLine = (action: ControlAction) =>
    page.locator('.acts-mine .act-line').filter({ hasText: names[action] }).first();
  const toldOf = (index: number, action: ControlAction): Promise<{ controlId: string }> =>
    new Promise((resolve) => session(index).on('control', (told) => told.action === action && resolve(told)));

  /** Opens the dialog of an order, looks at it with axe, fills it in, and orders. */
  async function order(
    from: Locator,
    action: ControlAction,
    fill: (dialog: Locator) => Promise<void> = async () => {},
  ) {
    await from.getByRole('button', { name: names[action], exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(en.controls.effects[action]).waitFor();
    assert.deepEqual(await violations(page), [], action);
    await fill(dialog);
    await dialog.getByRole('button', { name: names[action], exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }
  const because = async (dialog: Locator) => void (await dialog.getByLabel('Reason').selectOption(REASON));
  const dangerous = (room: string) => async (dialog: Locator) => {
    await because(dialog);
    await dialog.getByLabel(/Type the room’s name/).fill(room);
  };
  const inRoom = async (room: string) => {
    const card = roomCard(page, room);
    const more = card.getByRole('button', { name: 'More …' });
    if (await more.isVisible()) await more.click();
    return card;
  };
  const state = (index: number, text: string) => row(page, label(index)).getByText(text).first().waitFor();

  const STEPS: Readonly<Record<ControlAction, () => Promise<void>>> = {
    async open() {
      await order(roomCard(page, 'Oak'), 'open');
      for (const room of ['Oak', 'Elm']) await roomCard(page, room).getByText('open, waiting for the start').waitFor();
      for (const index of [0, 1, 2, 3, 4]) sessions.push(await exam.enter(index));
    },
    async refuse() {
      const panel = await openPerson(page, label(3));
      await order(panel, 'refuse', async (dialog) => {
        await dialog.getByLabel('Too late').check();
        await because(dialog);
      });
      await state(3, 'Not let in');
      await panel.getByRole('button', { name: 'Close', exact: true }).click();
    },
    async admit() {
      await page.getByRole('button', { name: /4 Wait for you/ }).click();
      await page.getByRole('button', { name: 'Select all shown' }).click();
      await page.getByRole('button', { name: /^\d+ All/ }).click();
      await row(page, label(3)).getByRole('checkbox').check();
      await order(page.getByRole('group', { name: 'Commands for those who are selected' }), 'admit');
      for (const index of [0, 1, 2, 3, 4])
        await until(`${index} is let in`, () => session(index).admission() === 'admitted');
      await page.getByRole('button', { name: 'Select none' }).click();
    },
    async start() {
      for (const room of ['Oak', 'Elm']) await order(roomCard(page, room), 'start');
      await roomCard(page, 'Oak')
        .getByText(/Starts in 0:\d\d/)
        .waitFor();
      await until('the examinee knows the instant', () => session(0).room().startsAt > 0);
      await roomCard(page, 'Oak').getByText('running').waitFor();
      await until('it runs there too', () => sessions.every((one) => one.room().status === 'running'));
    },
    async notice() {
      const told = toldOf(0, 'notice');
      await order(roomCard(page, 'Oak'), 'notice', async (dialog) => {
        await dialog.getByLabel('Prepared message').selectOption('Clock');
        await dialog.getByText('Look at the clock on your screen.').waitFor();
        await dialog.getByLabel('Everybody has to confirm it').check();
      });
      session(0).confirm((await told).controlId);
      await lastLine('notice').getByText('4 of 4 reached · 1 of 4 confirmed').waitFor();
    },
    async call() {
      const told = toldOf(1, 'call');
      const panel = await openPerson(page, label(1));
      await order(panel, 'call', (dialog) => dialog.getByLabel('Text').fill('Please look at me.'));
      session(1).confirm((await told).controlId);
      await panel.getByText('1 of 1 confirmed').waitFor();
    },
    async extend() {
      const before = session(0).room().deadlineAt;
      const panel = await openPerson(page, label(0));
      await order(panel, 'extend', async (dialog) => {
        await dialog.getByRole('button', { name: 'Extra time' }).click();
        await dialog.getByText('Say why.').waitFor();
        await dialog.getByText('From 1 to 1,440 minutes.').waitFor();
        await dialog.getByRole('button', { name: '+5' }).click();
        await because(dialog);
      });
      await until('it has five minutes more', () => session(0).room().deadlineAt === before + 300_000);
      await panel.getByText('1 of 1 reached').waitFor();
      await panel.getByRole('button', { name: /^Take back/ }).click();
      const dialog = page.getByRole('dialog');
      await because(dialog);
      await dialog.getByRole('button', { name: 'Take back: Extra time' }).click();
      await until('they are taken back', () => session(0).room().deadlineAt === before);
    },
    async pause() {
      await order(roomCard(page, 'Oak'), 'pause', because);
      await roomCard(page, 'Oak')
        .getByText(/Clock stands, /)
        .waitFor();
      await until('the clock stands', () => session(0).room().heldSince > 0);
    },
    async resume() {
      await order(roomCard(page, 'Oak'), 'resume');
      await until('the clock goes on', () => session(0).room().heldSince === 0);
    },
    async lock() {
      await order(await openPerson(page, label(2)), 'lock', because);
      await until('the sheet is locked', () => session(2).room().locked);
      await state(2, '‖ locked');
    },
    async unlock() {
      await order(await openPerson(page, label(2)), 'unlock');
      await until('it is unlocked', () => !session(2).room().locked);
    },
    async release() {
      await order(await openPerson(page, label(2)), 'release');
      await exam.enter(2, { deviceKey: 'another-device' });
      await until('the first device is fenced', () => session(2).link() === 'fenced');
    },
    async move() {
      const panel = await openPerson(page, label(1));
      await order(panel, 'move', async (dialog) => {
        await dialog.getByLabel('Seat').fill('C7');
        await because(dialog);
      });
      await row(page, label(1)).locator('.seat', { hasText: 'C7' }).waitFor();
      await order(panel, 'move', async (dialog) => {
        await dialog.getByLabel('Room', { exact: true }).selectOption('Elm');
        await because(dialog);
      });
      await row(page, label(1)).locator('.open-person > .hint', { hasText: 'Elm' }).waitFor();
      await until('the device followed', () => session(1).link() === 'online');
    },
    async submit() {
      const panel = await openPerson(page, label(3));
      await order(panel, 'submit', async (dialog) => {
        await dangerous('Elm')(dialog);
        await dialog.getByRole('button', { name: names.submit, exact: true }).click();
        await dialog.getByText('This is not the room’s name.').waitFor();
        await dialog.getByLabel(/Type the room’s name/).fill('Oak');
      });
      await until('the sheet is submitted', () => session(3).status() === 'submitted');
      await state(3, 'submitted');
    },
    async readmit() {
      await order(await openPerson(page, label(3)), 'readmit', because);
      await state(3, 'answering');
    },
    async remove() {
      const panel = await openPerson(page, label(0));
      await order(panel, 'remove', dangerous('Oak'));
      await until('they are sent out', () => session(0).status() === 'removed');
      await panel.getByText('sent out').first().waitFor();
    },
    async end() {
      await order(await inRoom('Oak'), 'end', dangerous('oak'));
      await roomCard(page, 'Oak').getByText('ended').waitFor();
    },
    async reopen() {
      await order(roomCard(page, 'Oak'), 'reopen', dangerous('Oak'));
      await roomCard(page, 'Oak').getByText('running').waitFor();
    },
  };

  it('are all here', () => {
    assert.deepEqual(Object.keys(STEPS).sort(), [...CONTROL_ACTIONS].sort());
  });

  for (const [action, step] of Object.entries(STEPS))
    it(`are ordered and have their effect: ${action}`, async () => {
      await step();
      const panel = page.getByRole('complementary');
      if (await panel.isVisible()) await panel.getByRole('button', { name: 'Close', exact: true }).click();
    });

  it('stay where they are while one is pressed, whatever happens to the person meanwhile', async () => {
    const elm = exam.rooms[1]?.roomId;
    const panel = await openPerson(page, label(4));
    const button = panel.getByRole('button', { name: names.lock, exact: true });
    const { x = 0, y = 0, width = 0, height = 0 } = (await button.boundingBox()) ?? {};
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    session(4).raiseHand('Now?');
    await panel.getByRole('heading', { name: 'Raised hand' }).waitFor();
    await watched.admin.control(exam.planId, { action: 'pause', roomId: elm, reason: 'x' });
    await state(4, 'room paused');
    await page.mouse.up();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(en.controls.effects.lock).waitFor({ timeout: 5_000 });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await watched.admin.control(exam.planId, { action: 'resume', roomId: elm, reason: 'x' });
    await panel.getByRole('button', { name: 'Close', exact: true }).click();
  });

  it('that do not fit are dimmed, say why, and ask for nothing', async () => {
    const panel = await openPerson(page, label(4));
    const button = panel.getByRole('button', { name: names.readmit, exact: true });
    assert.equal(await button.getAttribute('title'), en.controls.notNow);
    await button.click({ force: true });
    await button.press('Enter');
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.deepEqual(await violations(page), []);
    await panel.getByRole('button', { name: 'Close', exact: true }).click();
  });

  it('say so where the server refuses one, with the state as it is now', async () => {
    await watched.admin.control(exam.planId, { action: 'pause', roomId: exam.rooms[0]?.roomId, reason: 'x' });
    await roomCard(page, 'Oak').getByText('paused').waitFor();
    await roomCard(page, 'Oak').getByRole('button', { name: names.resume }).click();
    await watched.admin.control(exam.planId, { action: 'resume', roomId: exam.rooms[0]?.roomId, reason: 'x' });
    await roomCard(page, 'Oak').getByText('running').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: names.resume, exact: true }).click();
    await lastLine('resume').getByText('This is not possible in the present state').waitFor();
    await lastLine('resume').getByText('not carried out').waitFor();
  });
});
