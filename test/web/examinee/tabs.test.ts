// Two tabs of one browser: one writes, the other looks on and says why, and takes over when the person says so.
import assert from 'node:assert/strict';
import { visit } from '../../support/chromium.ts';
import { isSound, linkOf, openPageHall, type PageHall, toThePaper } from '../../support/page-exams.ts';

describe('two tabs of one exam', function () {
  this.timeout(90_000);
  let hall: PageHall;

  before(async function () {
    this.timeout(120_000);
    hall = await openPageHall(this, 'examinee-tabs');
  });
  after(() => hall?.close());

  it('one writes, the other looks on, says why, and takes over without losing a letter', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page: first, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]));
    await toThePaper(first);
    await first.getByRole('radio', { name: /choice A/ }).check();
    await first.getByText('Your answer is saved').waitFor();

    const second = await first.context().newPage();
    await second.goto(`${hall.url}/exam`);
    await second.getByRole('heading', { name: 'Your exam is open in another tab' }).waitFor();
    await second.getByText('Only one tab can write').waitFor();
    await second.getByText('Kim Minjun').waitFor();
    await second.getByText('Your answer is saved').waitFor();
    await isSound(second);
    assert.equal(await second.getByRole('radio').count(), 0);
    const seen = second.getByRole('region', { name: 'Your answers, for reading only' }).getByRole('listitem');
    await seen.getByText('A · choice A', { exact: true }).waitFor();
    await seen.getByText(/^Saved at/).waitFor();

    await first.getByRole('radio', { name: /choice B/ }).check();
    await seen.getByText('B · choice B', { exact: true }).waitFor();
    await first.getByRole('button', { name: 'Question 5: open' }).click();
    await first.getByRole('textbox', { name: 'Your text' }).fill('A long river.');
    await seen
      .filter({ hasText: 'A long river.' })
      .getByText(/^Saved at/)
      .waitFor();
    assert.equal(await second.locator('input, textarea').count(), 0, 'nothing can be written here');
    await first.getByRole('button', { name: /^Question 1: answered/ }).click();
    await second.getByRole('button', { name: 'Go on here instead' }).click();
    await second.getByRole('heading', { name: 'Question 1 of 5' }).waitFor();
    assert.equal(await second.getByRole('radio', { name: /choice B/ }).isChecked(), true);
    await second.getByText('All 2 answers are saved').waitFor();
    await first.getByRole('heading', { name: 'Your exam goes on in another tab' }).waitFor();
    assert.equal(await first.getByRole('radio').count(), 0);
    await first.getByRole('region', { name: 'Your answers, for reading only' }).getByText('B · choice B').waitFor();
    const sheet = await hall.admin.sheet(exam.people[0]?.examineeId ?? '');
    assert.deepEqual(
      sheet.answers.map(({ response }) => response),
      ['B', 'A long river.'],
    );
    await close();
  });

  it('a tab that was closed is missed, and the other goes on with what was there', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page: first, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]));
    await toThePaper(first);
    await first.getByRole('radio', { name: /choice C/ }).check();
    await first.getByText('Your answer is saved').waitFor();
    const second = await first.context().newPage();
    await second.goto(`${hall.url}/exam`);
    await second.getByText('Kim Minjun').waitFor();
    await first.close();
    await second.getByText('The other tab does not answer any more.').waitFor();
    await second.getByRole('button', { name: 'Go on here instead' }).click();
    await second.getByRole('heading', { name: 'Question 1 of 5' }).waitFor();
    assert.equal(await second.getByRole('radio', { name: /choice C/ }).isChecked(), true);
    await close();
  });
});
