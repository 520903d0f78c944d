// One exam from its opening to its report with nothing but pages: two examinees and a proctor, each in a browser of their own.
import type { Locator, Page } from 'playwright-core';
import { newId } from '../../schema/ids.ts';
import { type Visitor, visit } from '../support/chromium.ts';
import { linkOf, openPageHall, type PageHall, toThePaper } from '../support/page-exams.ts';
import { openPerson, roomCard, row, watchRooms } from './proctor/page-deeds.ts';
import { PASSWORD } from './proctor/watched-exam.ts';

describe('a whole exam by its pages alone', function () {
  this.timeout(180_000);
  let hall: PageHall;
  const visitors: Visitor[] = [];

  before(async function () {
    this.timeout(120_000);
    hall = await openPageHall(this, 'whole-exam-pages');
  });
  after(() => hall?.close());

  async function come(address: string): Promise<Page> {
    const visitor = await visit(hall.browser, address, { expected: /409/ });
    visitors.push(visitor);
    return visitor.page;
  }

  /** Opens the dialog of a command, fills it in, and orders. */
  async function order(from: Locator, name: string, fill: (dialog: Locator) => Promise<void> = async () => {}) {
    await from.getByRole('button', { name, exact: true }).click();
    const dialog = from.page().getByRole('dialog');
    await fill(dialog);
    await dialog.getByRole('button', { name, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  it('is opened, started, answered, helped with, submitted by one, ended for the other, and reported', async () => {
    const exam = await hall.exam({ people: [{ label: 'Kim Minjun' }, { label: 'Lee Jun' }] });
    const login = `whole-${newId().toLowerCase()}`;
    const roomIds = exam.rooms.map(({ roomId }) => roomId);
    await hall.admin.addProctor(exam.planId, { label: 'Park', login, password: PASSWORD, roomIds, chief: true });
    const proctor = await come(`${hall.url}/proctor`);
    await watchRooms(proctor, login, ['Room 1'], 'Entering …');
    const card = roomCard(proctor, 'Room 1');

    const kim = await come(linkOf(hall.url, exam.people[0]));
    await kim.getByText('You are early. Your room is not open yet.').waitFor();
    await order(card, 'Open the room');
    await kim.getByRole('button', { name: 'Yes, that is me. I am ready' }).click();
    await kim.getByText('You are ready.').waitFor();
    await row(proctor, 'Kim Minjun').getByText('ready').first().waitFor();
    await order(card, 'Start');
    await kim.getByText('It begins in').waitFor();
    await kim.getByRole('heading', { name: 'Question 1 of 5' }).waitFor();
    const lee = await come(linkOf(hall.url, exam.people[1]));
    await toThePaper(lee);

    for (const page of [kim, lee]) await page.getByRole('radio', { name: /choice A/ }).check();
    for (const name of ['Kim Minjun', 'Lee Jun']) await row(proctor, name).getByText('1 saved').waitFor();
    await lee.getByRole('button', { name: 'Raise hand' }).click();
    await lee.getByRole('textbox', { name: 'Your question, if you like' }).fill('May I have paper?');
    await lee.getByRole('button', { name: 'Raise my hand' }).click();
    const hands = proctor.getByRole('region', { name: 'Raised hands 1' });
    await hands.getByRole('button', { name: 'I am coming to you.' }).click();
    await hands.getByRole('button', { name: 'Send the answer' }).click();
    await lee.getByRole('region', { name: 'A proctor has answered' }).getByText('I am coming to you.').waitFor();
    await order(card, 'Message', async (dialog) => {
      await dialog.getByLabel('Text').fill('Question 3 has a misprint.');
      await dialog.getByLabel('Everybody has to confirm it').check();
    });
    for (const page of [kim, lee]) await page.getByRole('button', { name: 'I have read this' }).click();
    await proctor.getByText('2 of 2 reached · 2 of 2 confirmed').waitFor({ state: 'attached' });
    await order(card, 'Pause', (dialog) => dialog.getByLabel('Reason').fill('Fire alarm'));
    for (const page of [kim, lee]) await page.getByRole('heading', { name: 'The exam is paused' }).waitFor();
    await order(card, 'Resume');
    for (const page of [kim, lee]) await page.getByRole('heading', { name: 'Question 1 of 5' }).waitFor();

    await kim.getByRole('button', { name: 'Submit…' }).click();
    await kim.getByRole('button', { name: 'Submit now' }).click();
    await kim.getByRole('heading', { name: 'Your answer sheet is submitted' }).waitFor();
    await row(proctor, 'Kim Minjun').getByText('submitted').first().waitFor();
    const line = (await openPerson(proctor, 'Kim Minjun')).getByRole('region', { name: 'Time line' });
    for (const happened of ['Entered', 'Ready for the start', 'Began to answer', 'Submitted, 1 question answered'])
      await line.getByText(happened).first().waitFor();
    await card.getByRole('button', { name: 'More …' }).click();
    await order(card, 'End the room', async (dialog) => {
      await dialog.getByLabel(/Type the room’s name/).fill('Room 1');
      await dialog.getByLabel('Reason').fill('All is done');
    });
    await lee.getByRole('heading', { name: 'Time is over' }).waitFor();
    await lee.getByText('1 answer is saved and will be marked.').waitFor();
    await card.getByRole('button', { name: 'Report and history' }).click();
    await proctor.getByRole('heading', { name: 'Report of Room 1' }).waitFor();
    await proctor.getByRole('table').first().getByText('Kim Minjun').waitFor();
    for (const visitor of visitors) await visitor.close();
  });
});
