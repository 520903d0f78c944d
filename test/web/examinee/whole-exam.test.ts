// The whole exam by one examinee through the page: from a code to a receipt, with every kind of question, by keyboard alone;
// and what each screen before and after says.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { checkReceipt } from '../../../exam/signed-receipt.ts';
import { SignedReceipt } from '../../../schema/signed-receipt.ts';
import { visit } from '../../support/chromium.ts';
import { isSound, linkOf, openPageHall, type PageHall, toThePaper } from '../../support/page-exams.ts';

describe('the page of an examinee, from the code to the receipt', function () {
  this.timeout(90_000);
  let hall: PageHall;

  before(async function () {
    this.timeout(120_000);
    hall = await openPageHall(this, 'examinee-whole');
  });
  after(() => hall?.close());

  /** What the button gives the person to keep. */
  async function signedFile(page: Page): Promise<string> {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the signed receipt' }).click();
    const file = await download;
    assert.match(file.suggestedFilename(), /^examhall-signed-receipt-.*\.json$/);
    return readFile(await file.path(), 'utf8');
  }

  it('takes a code as people type it, and says of a slip what is wrong before it is sent', async () => {
    const exam = await hall.exam();
    await exam.open();
    const { page, close } = await visit(hall.browser, `${hall.url}/exam`, { expected: /404/ });
    const field = page.getByRole('textbox', { name: 'Your code' });
    await field.fill('ABC');
    await page.keyboard.press('Enter');
    await page.getByText('7 signs are missing').waitFor();
    await field.fill('ABCDEFGH0O');
    await page.keyboard.press('Enter');
    await page.getByText('A code never has 0, O, 1, I or L').waitFor();
    await field.fill('ZZZZZZZZZZ');
    await page.keyboard.press('Enter');
    await page.getByText('No examinee has this code.').waitFor();
    await isSound(page);
    const code = exam.people[0]?.code ?? '';
    await field.fill(` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Is this you?' }).waitFor();
    await isSound(page);
    await close();
  });

  it('waits for a room that is not open yet, and for the start, and gets in by itself', async () => {
    const plannedAt = Date.now() + 3_600_000;
    const exam = await hall.exam({ plan: { plannedAt } });
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]), { expected: /409/ });
    await page.getByText('You are early. Your room is not open yet.').waitFor();
    const minute = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' }).format(plannedAt);
    await page.getByText(`The exam is planned for`).getByText(minute).waitFor();
    await isSound(page);
    await exam.open();
    await page.getByRole('button', { name: 'Yes, that is me. I am ready' }).click();
    await page.getByText('You are ready.').waitFor();
    await isSound(page);
    const started = exam.control('start');
    await page.getByText('It begins in').waitFor();
    await started;
    await page.getByRole('heading', { name: 'Question 1 of 5' }).waitFor();
    await close();
  });

  it('says that the place belongs to another room, and lets stay whom a proctor told so', async () => {
    const exam = await hall.exam();
    await exam.open();
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0], 'Room 7'));
    await page.getByText('This place belongs to room Room 7. You are on the list of room Room 1.').waitFor();
    await isSound(page);
    await page.getByRole('button', { name: 'A proctor told me to stay here' }).click();
    await page.getByRole('heading', { name: 'Is this you?' }).waitFor();
    await page.getByRole('button', { name: 'No, this is not me' }).click();
    await page.getByRole('textbox', { name: 'Your code' }).waitFor();
    await close();
  });

  it('is not let in at a place whose link names another room by its id, and is told where to go', async () => {
    const exam = await hall.exam({ rooms: ['Room 1', 'Room 2'] });
    await exam.open();
    const link = linkOf(hall.url, exam.people[0], exam.rooms[1]?.roomId);
    const { page, close } = await visit(hall.browser, link, { expected: /409/ });
    await page.getByText('You sit in another room of this exam.').waitFor();
    await page.getByText('Your room: Room 1').waitFor();
    await isSound(page);
    await page.getByRole('button', { name: 'A proctor told me to stay here' }).click();
    await page.getByRole('heading', { name: 'Is this you?' }).waitFor();
    await close();
  });

  it('is answered by keyboard alone, each kind of question, and ends with a receipt of what the server has', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page, close } = await visit(hall.browser, `${hall.url}/exam`, { expected: /409/ });
    const keyboard = page.keyboard;
    await page.getByRole('textbox', { name: 'Your code' }).waitFor();
    await keyboard.type(exam.people[0]?.code ?? '');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Is this you?' }).waitFor();
    await pressOn(page, 'Yes, that is me. Begin');
    await page.getByRole('heading', { name: 'Question 1 of 5' }).waitFor();
    await isSound(page);

    await tabTo(page, () => document.activeElement?.getAttribute('type') === 'radio');
    await keyboard.press('Space');
    await keyboard.press('ArrowDown');
    await page.getByText(/^Saved at/).waitFor();
    await keyboard.press('n');
    await page.getByRole('heading', { name: 'Question 2 of 5' }).waitFor();
    await tabTo(page, () => document.activeElement?.getAttribute('type') === 'checkbox');
    await keyboard.press('Space');
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.press('Space');
    await pressOn(page, 'Next question →');
    await tabTo(page, () => document.activeElement?.tagName === 'INPUT');
    await keyboard.type('서울');
    await pressOn(page, 'Next question →');
    await tabTo(page, () => document.activeElement?.tagName === 'INPUT');
    await keyboard.type('3,5');
    await page.getByText('Read as 3.5').waitFor();
    await pressOn(page, 'Next question →');
    await tabTo(page, () => document.activeElement?.tagName === 'TEXTAREA');
    await keyboard.type('It flows from the hills to the sea.');
    await page.getByText('8 words').waitFor();
    await page.getByText('All 5 answers are saved').waitFor();
    await isSound(page);

    await pressOn(page, 'Submit…');
    await page.getByText('All 5 questions are answered.').waitFor();
    await isSound(page);
    await pressOn(page, 'Submit now');
    await page.getByRole('heading', { name: 'Your answer sheet is submitted' }).waitFor();
    await page.getByText('5 answers are saved and will be marked.').waitFor();
    const signed = await signedFile(page);
    await page.getByText('Saved as a file.').waitFor();
    await isSound(page);
    await page.reload();
    await page.getByRole('heading', { name: 'Your answer sheet is submitted' }).waitFor();
    await page.getByRole('region', { name: 'Receipt' }).waitFor();
    assert.equal(await signedFile(page), signed, 'also when the server lets nobody in any more');
    const { findings, proved } = checkReceipt(SignedReceipt.parse(JSON.parse(signed)));
    assert.deepEqual([findings, proved], [[], 5]);
    await isSound(page);
    await page.getByRole('button', { name: 'Finish' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Finish' }).click();
    await page.getByRole('textbox', { name: 'Your code' }).waitFor();
    const sheet = await hall.admin.sheet(exam.people[0]?.examineeId ?? '');
    assert.deepEqual(
      sheet.answers.map(({ item, response }) => [item, response]),
      [
        [1, 'B'],
        [2, ['A', 'B']],
        [3, '서울'],
        [4, 3.5],
        [5, 'It flows from the hills to the sea.'],
      ],
    );
    await close();
  });

  it('lists what is open and flagged before it submits, each a way back', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]), { colorScheme: 'dark' });
    await toThePaper(page);
    await page.getByRole('radio', { name: /choice C/ }).check();
    await page.getByRole('button', { name: 'Flag for later' }).click();
    await page.getByRole('button', { name: 'Strike out A' }).click();
    await page.getByRole('button', { name: 'Question 1: answered, flagged' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Question 1 of 5' }).waitFor();
    assert.equal(await page.getByRole('radio', { name: /choice C/ }).isChecked(), true);
    assert.equal(await page.getByRole('button', { name: 'Strike out A' }).getAttribute('aria-pressed'), 'true');
    await page.getByRole('button', { name: 'Submit…' }).click();
    await page.getByText('Not answered: 4 questions').waitFor();
    await page.getByText('Flagged for later: 1 question').waitFor();
    await page.getByRole('button', { name: 'Go to question 4' }).click();
    await page.getByRole('heading', { name: 'Question 4 of 5' }).waitFor();
    await page.getByRole('textbox', { name: 'Your answer, a number' }).fill('twelve');
    await page.getByText('This is not a number yet, so it is not saved.').waitFor();
    await isSound(page);
    await close();
  });
});

/** Goes on with Tab until the focus is where it is wanted. */
async function tabTo(page: Page, isThere: () => boolean): Promise<void> {
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(isThere)) return;
  }
  throw new Error(`the keyboard does not come there: ${isThere.toString()}`);
}

/** Comes to the button of this name with Tab, and presses it. */
async function pressOn(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate(() => document.activeElement?.textContent?.trim())) !== name) continue;
    return page.keyboard.press('Enter');
  }
  throw new Error(`the keyboard does not come to ${name}`);
}
