// Both pages in one exam: a device that dies with an answer that never got out saves its sealed copy, and a proctor brings
// that file to the room; the answer is on the sheet then, and the second time nothing changes.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../../schema/ids.ts';
import { visit } from '../support/chromium.ts';
import { isSound, linkOf, openPageHall, type PageHall, toThePaper } from '../support/page-exams.ts';
import { testFolder } from '../support/parts.ts';

const PASSWORD = 'a long enough one';

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
    const exam = await hall.exam();
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
    await device.close();
    await hall.network.pass();

    const proctor = await visit(hall.browser, `${hall.url}/proctor`, { expected: /404|WebSocket/ });
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
    const held = page.getByRole('dialog');
    await held.getByText('Kim Minjun', { exact: true }).click();
    await held.getByText(/^Question 3: /).waitFor();
    await isSound(page);
    const { answers } = await hall.admin.sheet(person?.examineeId ?? '');
    assert.deepEqual(
      answers.map(({ item, response }) => [item, response]),
      [[3, 'Seoul']],
    );
    await proctor.close();
  });
});
