// The cable of somebody who writes an essay is out for a while. Called by network.test.ts.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Item } from '../../../schema/answers.ts';
import { visit } from '../../support/chromium.ts';
import { isSound, linkOf, type PageExam, type PageHall, toThePaper } from '../../support/page-exams.ts';

/** What a browser says on its console of a network that is away. */
export const AWAY = /ERR_|WebSocket|status of (409|423|5\d\d)/;

const ESSAY: Item[] = [
  { number: 1, name: 'essay', kind: 'essay', text: 'Describe a river.', options: [] },
  { number: 2, name: 'word', kind: 'shortText', text: 'Its name?', options: [] },
];

/** Item and response of everything that the server has of this person. */
export async function savedOf({ admin }: PageHall, exam: PageExam, person = 0): Promise<[number, unknown][]> {
  const { answers } = await admin.sheet(exam.people[person]?.examineeId ?? '');
  return answers.map(({ item, response }) => [item, response]);
}

/** Every letter is kept here while the cable is out, the page says so, and it is saved when the cable is back. */
export async function essayWithoutCable(hall: PageHall, outMs: number): Promise<void> {
  const exam = await hall.exam({ items: ESSAY });
  await exam.begin();
  const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]), { expected: AWAY });
  await toThePaper(page);
  const essay = page.getByRole('textbox', { name: 'Your text' });
  await essay.pressSequentially('It rises in the hills, ');
  await page.getByText('Your answer is saved').waitFor();
  hall.network.blackhole();
  const outAt = performance.now();
  await essay.pressSequentially('turns to the south, ');
  const connection = page.getByRole('region', { name: 'Connection' });
  await connection.getByText('Go on working: nothing is lost.').waitFor();
  await connection.getByText(/^No connection\. Go on working: your answers are kept on this device/).waitFor();
  await page.getByText('1 answer is not saved yet: there is no connection. It is safe on this device').waitFor();
  await page.locator('[data-truth=waiting]').getByText('Not saved yet: no connection').waitFor();
  await isSound(page);
  await essay.pressSequentially('and ends in a sea.');
  await sleep(outMs - (performance.now() - outAt));
  assert.equal(await page.getByText('Your answer is saved').count(), 0);
  await hall.network.pass();
  await page.getByText('Your answer is saved').waitFor();
  await connection.getByText('Connected', { exact: true }).waitFor();
  assert.deepEqual(await savedOf(hall, exam), [[1, 'It rises in the hills, turns to the south, and ends in a sea.']]);
  await close();
}
