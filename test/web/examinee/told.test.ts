// What proctors do to an examinee, as the examinee's page tells it: messages, time, holds, calls, and the end of it.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { watchRoom } from '../../../client/proctor.ts';
import { login } from '../../../loadtest/administrator.ts';
import { newId } from '../../../schema/ids.ts';
import { visit } from '../../support/chromium.ts';
import { isSound, linkOf, openPageHall, type PageExam, type PageHall, toThePaper } from '../../support/page-exams.ts';

describe('what is told to an examinee', function () {
  this.timeout(90_000);
  let hall: PageHall;

  before(async function () {
    this.timeout(120_000);
    hall = await openPageHall(this, 'examinee-told');
  });
  after(() => hall?.close());

  const come = async (exam: PageExam) => {
    const visitor = await visit(hall.browser, linkOf(hall.url, exam.people[0]), { expected: /409|403/ });
    await toThePaper(visitor.page);
    return visitor;
  };
  const personOf = (exam: PageExam) => exam.people[0]?.examineeId ?? '';

  it('a message that must be confirmed stands in the way until it is, another one until it is closed', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page, close } = await come(exam);
    await exam.control('notice', { text: 'Question 3 has a misprint.', mustConfirm: true });
    await page.getByRole('dialog', { name: 'Message from the proctors' }).waitFor();
    await page.getByRole('dialog').getByText('Question 3 has a misprint.').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('dialog').count(), 1);
    await isSound(page);
    await page.getByRole('button', { name: 'I have read this' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await exam.control('notice', { text: 'It is <b>loud</b> outside.' });
    const message = page.getByRole('region', { name: 'Messages' });
    await message.getByText('It is <b>loud</b> outside.').waitFor();
    await isSound(page);
    await message.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Messages (2)' }).click();
    await page.getByRole('dialog').getByText('Question 3 has a misprint.').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Messages (2)' }).waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.equal(await message.count(), 0);
    await close();
  });

  it('more time, a pause and its end each have a sentence with the reason, and the clock fits it', async () => {
    const exam = await hall.exam({ plan: { durationMs: 1_800_000 } });
    await exam.begin();
    const { page, close } = await come(exam);
    await exam.control('extend', { extraMs: 600_000, reason: 'The fire alarm rang.' });
    const story = page.getByRole('complementary', { name: 'Time left' });
    await story.getByText('You have 10 minutes more.').waitFor();
    await story.getByText('Reason: The fire alarm rang.').waitFor();
    assert.ok((await minutesLeft(page)) >= 37);
    await isSound(page);
    await story.getByRole('button', { name: 'Understood' }).click();
    await story.waitFor({ state: 'detached' });
    await exam.control('pause', { reason: 'Power is out.' });
    await page.getByRole('heading', { name: 'The exam is paused' }).waitFor();
    assert.equal(await page.getByText('Which one is right?').count(), 0);
    await isSound(page);
    await exam.control('resume', {});
    await page.getByRole('heading', { name: 'Question 1 of 5' }).waitFor();
    await story.getByText('Your clock stands. You lose no time.').waitFor();
    await story.getByText('Reason: Power is out.').waitFor();
    await story.getByText('Your clock runs again.').waitFor();
    await close();
  });

  it('a lock keeps what was written and says so; unlocked it goes on', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page, close } = await come(exam);
    await page.getByRole('radio', { name: /choice A/ }).check();
    await exam.control('lock', { examineeIds: [personOf(exam)] });
    await page.getByText('A proctor has locked your answer sheet.').waitFor();
    assert.equal(await page.getByRole('radio', { name: /choice B/ }).isDisabled(), true);
    await isSound(page);
    await exam.control('unlock', { examineeIds: [personOf(exam)] });
    await page.getByRole('radio', { name: /choice B/ }).check();
    await page.getByText('Your answer is saved').waitFor();
    await close();
  });

  it('a raised hand is up once the room says so, and the answer is shown', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const room = exam.rooms[0]?.roomId ?? '';
    const account = { login: `p${newId().toLowerCase()}`, password: newId() };
    await hall.admin.addProctor(exam.planId, { label: 'Choi', ...account, roomIds: [room] });
    const token = await login(hall.system.url, account.login, account.password);
    const watch = await watchRoom({ url: hall.system.url, token, roomId: room });
    const { page, close } = await come(exam);
    await page.getByRole('button', { name: 'Raise hand' }).click();
    await isSound(page);
    await page.getByRole('textbox', { name: 'Your question, if you like' }).fill('May I have paper?');
    await page.getByRole('button', { name: 'Raise my hand' }).click();
    await page.getByRole('button', { name: 'Your hand is up' }).waitFor();
    const call = [...watch.calls().values()].find(({ question }) => question === 'May I have paper?');
    await watch.answerCall(call?.callId ?? '', 'It is coming.');
    const answer = page.getByRole('region', { name: 'A proctor has answered' });
    await answer.getByText('It is coming.').waitFor();
    await isSound(page);
    await page.getByRole('button', { name: 'Raise hand' }).waitFor();
    await watch.leave();
    await close();
  });

  it('who is moved to another room goes on there by itself, and reads where', async () => {
    const exam = await hall.exam({ rooms: ['Room 1', 'Room 2'] });
    await exam.begin();
    const { page, close } = await come(exam);
    await page.getByRole('radio', { name: /choice A/ }).check();
    await page.getByText('Your answer is saved').waitFor();
    const toRoomId = exam.rooms[1]?.roomId;
    await exam.control('move', { roomId: exam.rooms[0]?.roomId, examineeIds: [personOf(exam)], toRoomId, seat: 'B-4' });
    const message = page.getByRole('region', { name: 'Messages' });
    await message.getByText('You have been moved to room Room 2.').waitFor();
    await message.getByText('Your seat is now B-4.').waitFor();
    await page.getByRole('radio', { name: /choice B/ }).check();
    await page.getByText('Your answer is saved').waitFor();
    await close();
  });

  it('who is sent out reads why, and that what was saved is kept', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page, close } = await come(exam);
    await exam.control('remove', { examineeIds: [personOf(exam)], reason: 'A telephone rang.' });
    await page.getByRole('heading', { name: 'Your exam has been ended by a proctor' }).waitFor();
    await page.getByText('Reason: A telephone rang.').waitFor();
    await page.getByText('What was saved until then is kept.').waitFor();
    await isSound(page);
    await close();
  });

  it('who has to be let in waits, reads why not, and goes on by itself', async () => {
    const exam = await hall.exam({ plan: { admission: 'by-proctor' } });
    await exam.begin();
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]), { expected: /409|403/ });
    await page.getByRole('button', { name: 'Yes, that is me. Begin' }).click();
    await page.getByRole('heading', { name: 'A proctor has to let you in' }).waitFor();
    await isSound(page);
    await exam.control('refuse', { examineeIds: [personOf(exam)], ground: 'identity' });
    await page.getByText('You were not let in').first().waitFor();
    await isSound(page);
    await exam.control('admit', { examineeIds: [personOf(exam)] });
    await page.getByRole('heading', { name: 'Question 1 of 5' }).waitFor();
    await close();
  });
});

async function minutesLeft(page: Page): Promise<number> {
  const text = (await page.getByRole('timer', { name: 'Time left' }).textContent()) ?? '';
  return Number(text.split(':')[0]);
}
