// Both pages in one exam: a device that dies with an answer that never got out saves its sealed copy, and a proctor brings
// that file to the room; the answer is on the sheet then, and the second time nothing changes. What is too large for one file
// comes in several, in any order.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item } from '../../schema/answers.ts';
import { newId } from '../../schema/ids.ts';
import { visit } from '../support/chromium.ts';
import { FIVE_ITEMS, isSound, linkOf, openPageHall, type PageHall, toThePaper } from '../support/page-exams.ts';
import { testFolder } from '../support/parts.ts';
import { until } from '../workers/worker-parts.ts';

const PASSWORD = 'a long enough one';
const ESSAYS = Array.from({ length: 11 }, (_, index) => index + 6);
/** As large as an answer may be, and six times that in a file. */
const LARGEST = '\u0001'.repeat(65_536);

describe('the sealed copy of a device that dies', function () {
  this.timeout(90_000);
  let hall: PageHall;
  let folder: string;

  before(async function () {
    this.timeout(120_000);
    hall = await openPageHall(this, 'safety-copy');
    folder = await testFolder();
  });
  after(async () => {
    await hall?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('is brought to the room by a proctor, once, and what nobody else had is on the sheet', async () => {
    const essays = ESSAYS.map((number): Item => {
      return { number, name: `essay ${number}`, kind: 'essay', text: 'Tell all of it.', options: [] };
    });
    const exam = await hall.exam({ items: [...FIVE_ITEMS, ...essays] });
    const login = `proctor-${newId().toLowerCase()}`;
    const roomIds = exam.rooms.map(({ roomId }) => roomId);
    await hall.admin.addProctor(exam.planId, { label: 'Park', login, password: PASSWORD, roomIds });
    await exam.begin();
    const [person] = exam.people;
    const device = await visit(hall.browser, linkOf(hall.url, person), { expected: /ERR_|WebSocket/ });
    await toThePaper(device.page);
    await hall.network.refuse();
    await device.page
      .getByText(/^No connection/)
      .first()
      .waitFor();
    await device.page.getByRole('button', { name: 'Question 3: open' }).click();
    await device.page.getByRole('textbox', { name: 'Your answer' }).fill('Seoul');
    await device.page.getByRole('button', { name: 'Safety copy' }).click();
    const download = device.page.waitForEvent('download');
    await device.page.getByRole('button', { name: 'Save the file' }).click();
    const file = join(folder, 'copy.json');
    await (await download).saveAs(file);
    await device.page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    for (const number of ESSAYS) {
      await device.page.getByRole('button', { name: `Question ${number}: open` }).click();
      await device.page.getByRole('textbox', { name: 'Your text' }).fill(LARGEST);
    }
    await device.page.getByRole('button', { name: 'Safety copy' }).click();
    await device.page.getByRole('button', { name: 'Save the file' }).click();
    await device.page.getByText('it is 2 files. Save each of them').waitFor();
    await isSound(device.page);
    const parts: string[] = [];
    for (const name of ['Save file 1 of 2', 'Save file 2 of 2']) {
      const part = device.page.waitForEvent('download');
      await device.page.getByRole('button', { name }).click();
      const saved = await part;
      const path = join(folder, saved.suggestedFilename());
      await saved.saveAs(path);
      parts.push(path);
    }
    await device.close();
    await hall.network.pass();

    const proctor = await visit(hall.browser, `${hall.url}/proctor`, { expected: /WebSocket/ });
    const { page } = proctor;
    await page.getByLabel('Login name').fill(login);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: /^Watch/ }).click();
    await page.getByRole('button', { name: 'More …' }).click();
    await page.getByRole('button', { name: 'Held answers' }).click();
    for (const time of ['first', 'second']) {
      await page.getByLabel('File').setInputFiles(file);
      await page.getByRole('button', { name: 'Bring it' }).click();
      await page.getByText('Brought for Kim Minjun: 1 answer stored.').waitFor();
      if (time === 'first') await isSound(page);
    }
    const [first = '', second = ''] = parts;
    await page.getByLabel('File').setInputFiles(second);
    await page.getByRole('button', { name: 'Bring it' }).click();
    await page.getByText('Of the 2 files of Kim Minjun still missing: file 1.').waitFor();
    await page.getByLabel('File').setInputFiles([second, first]);
    await page.getByRole('button', { name: 'Bring it' }).click();
    await page.getByText('All 2 files of Kim Minjun are there.').waitFor();
    const held = page.getByRole('dialog');
    await held.getByText('Kim Minjun', { exact: true }).click();
    await held.getByText(/^Question 3: /).waitFor();
    await isSound(page);
    const sizesOf = async () => {
      const { answers } = await hall.admin.sheet(person?.examineeId ?? '');
      return answers.map(({ item, response }) => [item, item === 3 ? response : String(response).length]);
    };
    await until('everything is on the sheet', async () => (await sizesOf()).length === 1 + ESSAYS.length);
    assert.deepEqual(await sizesOf(), [[3, 'Seoul'], ...ESSAYS.map((item) => [item, LARGEST.length])]);
    await proctor.close();
  });
});
