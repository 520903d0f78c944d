// What the network, the server and the device can do to somebody in the middle of an exam: nothing is lost, and the page says
// so in plain words at every moment.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Item } from '../../../schema/answers.ts';
import { resize, visit } from '../../support/chromium.ts';
import { isSound, linkOf, openPageHall, type PageExam, type PageHall, toThePaper } from '../../support/page-exams.ts';
import { AWAY, essayWithoutCable, savedOf } from './cable.ts';

const HOUR_MS = 3_600_000;
const PHONE = { width: 360, height: 740 };

const options = ['A', 'B', 'C'].map((id) => ({ id, text: `choice ${id}` }));
const THIRTY: Item[] = Array.from({ length: 30 }, (_, index) => ({
  number: index + 1,
  name: `q${index + 1}`,
  kind: 'singleChoice',
  text: 'Which one?',
  options,
}));

describe('the page of an examinee while something is away', function () {
  this.timeout(120_000);
  let hall: PageHall;

  before(async function () {
    this.timeout(120_000);
    hall = await openPageHall(this, 'examinee-network', { restart: false });
  });
  afterEach(async () => {
    await hall.network.pass();
    if (hall.system.pid('server') === undefined) await hall.system.start('server'); // a test that failed has left it down
  });
  after(() => hall?.close());

  const saved = (exam: PageExam) => savedOf(hall, exam);
  const come = async (exam: PageExam, given: Parameters<typeof visit>[2] = {}) => {
    const visitor = await visit(hall.browser, linkOf(hall.url, exam.people[0]), { expected: AWAY, ...given });
    await toThePaper(visitor.page);
    return visitor;
  };

  it('cable out for 40 s in the middle of an essay: every letter is kept here, and saved when it is back', () =>
    essayWithoutCable(hall, 40_000));

  it('[S17] a network without WebSockets: answers are saved by another way, and the page says so and asks for nothing', async () => {
    const exam = await hall.exam();
    await exam.begin();
    hall.network.blockSockets();
    const { page, close } = await come(exam, { viewport: { width: 360, height: 740 } });
    await page.getByRole('radio', { name: /choice A/ }).check();
    const connection = page.getByRole('region', { name: 'Connection' });
    await connection.getByText('Limited connection. Go on working: your answers are saved by another way').waitFor();
    await page.getByText('Your answer is saved').waitFor();
    await isSound(page);
    assert.deepEqual(await saved(exam), [[1, 'A']]);
    await hall.network.pass();
    await connection.getByText('Connected', { exact: true }).waitFor();
    await close();
  });

  it('a reload with 30 answers that are not saved: they lie on the device, and are saved by the next page', async () => {
    const exam = await hall.exam({ items: THIRTY });
    await exam.begin();
    const { page, close } = await come(exam);
    await hall.network.refuse();
    await page
      .getByText(/^No connection/)
      .first()
      .waitFor();
    for (let number = 1; number <= 30; number++) {
      await page.getByRole('radio', { name: /choice B/ }).check();
      await page.keyboard.press('n');
    }
    await page.getByText('30 answers are not saved yet').waitFor();
    assert.deepEqual(await saved(exam), []);
    await hall.network.pass();
    await page.reload();
    await page.getByText('All 30 answers are saved').waitFor();
    assert.equal((await saved(exam)).length, 30);
    await close();
  });

  it('the server is killed and started: the page goes on, and what was answered meanwhile is saved', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page, close } = await come(exam);
    await page.getByRole('radio', { name: /choice A/ }).check();
    await page.getByText('Your answer is saved').waitFor();
    await hall.system.kill('server');
    await page
      .getByText(/^No connection/)
      .first()
      .waitFor();
    await page.getByRole('radio', { name: /choice D/ }).check();
    await page.keyboard.press('n');
    await page.getByRole('checkbox', { name: /choice C/ }).check();
    await page.getByText('2 answers are not saved yet').waitFor();
    await hall.system.start('server');
    await page.getByText('All 2 answers are saved').waitFor();
    assert.deepEqual(await saved(exam), [
      [1, 'D'],
      [2, ['C']],
    ]);
    await close();
  });

  it('[S11] another device takes over: the first says so, writes no more, and keeps what it shows', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const first = await come(exam);
    await first.page.getByRole('radio', { name: /choice A/ }).check();
    await first.page.getByText('Your answer is saved').waitFor();
    const second = await visit(hall.browser, linkOf(hall.url, exam.people[0]), { expected: AWAY });
    await second.page.getByText('Your answer sheet is open on another device.').waitFor();
    await isSound(second.page);
    await exam.control('release', { examineeIds: [exam.people[0]?.examineeId] });
    await toThePaper(second.page);
    assert.equal(await second.page.getByRole('radio', { name: /choice A/ }).isChecked(), true);
    await first.page.getByRole('heading', { name: 'Another device has taken over' }).waitFor();
    await first.page.getByText('choice A').waitFor();
    await isSound(first.page);
    await Promise.all([first.close(), second.close()]);
  });

  it('[S11] what another device came before is shown beside what is there now, and the person chooses', async () => {
    const exam = await hall.exam({ plan: { deviceChange: { afterMs: 0 } } });
    await exam.begin();
    const first = await come(exam);
    const { page } = first;
    await hall.network.refuse();
    await page
      .getByText(/^No connection/)
      .first()
      .waitFor();
    await page.getByRole('radio', { name: /choice B/ }).check();
    await page.getByText('1 answer is not saved yet').first().waitFor();
    const context = page.context();
    await page.close();
    await hall.network.pass();

    const second = await come(exam);
    await second.page.getByRole('radio', { name: /choice C/ }).check();
    await second.page.getByText('Your answer is saved').waitFor();
    const again = await context.newPage();
    await again.goto(linkOf(hall.url, exam.people[0]));
    const choices = again.getByRole('region', { name: 'Two answers to the same question' });
    await choices.getByText('B · choice B').waitFor();
    await choices.getByText('C · choice C').waitFor();
    await isSound(again);
    await choices.getByRole('button', { name: 'Take the one from before' }).click();
    await choices.waitFor({ state: 'detached' });
    await again.getByText('Your answer is saved').waitFor();
    assert.deepEqual(await saved(exam), [[1, 'B']]);
    await Promise.all([first.close(), second.close()]);
  });

  it('the server is restarted in an orderly way: the page says that, and not that something is wrong', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page, close } = await come(exam);
    const connection = page.getByRole('region', { name: 'Connection' });
    const said = connection.getByText('The server is being restarted. Go on working').waitFor();
    await hall.system.kill('server', 'SIGTERM');
    await said;
    await page.getByRole('radio', { name: /choice D/ }).check();
    await isSound(page);
    await resize(page, PHONE);
    const seen = await page.locator('.paper-header').evaluate(({ scrollHeight, clientHeight, textContent }) => ({
      text: `${innerWidth} x ${innerHeight}: ${textContent}`,
      hiddenPixels: scrollHeight - clientHeight,
    }));
    const claim = 'what is safe and what the network does are seen whole on a narrow screen';
    assert.equal(seen.hiddenPixels, 0, `${claim}; it says at ${seen.text}`);
    await hall.system.start('server');
    await page.getByText('Your answer is saved').waitFor();
    await close();
  });

  it('the clock of the device is an hour off: the page shows the server’s', async () => {
    const exam = await hall.exam({ plan: { durationMs: HOUR_MS } });
    await exam.begin();
    const before = `{ const now = Date.now; Date.now = () => now() + ${HOUR_MS}; }`;
    const { page, close } = await come(exam, { before });
    assert.ok((await page.evaluate(() => Date.now())) - Date.now() > HOUR_MS / 2);
    // The whole hour in its first second; by the device's clock it would be none, or two.
    assert.match(await timeLeft(page), /^(1:00:00|5[789]:\d\d)$/);
    await page.getByRole('radio', { name: /choice A/ }).check();
    const text = (await page.getByText(/^Saved at/).textContent()) ?? '';
    const [, hours = '', minutes = ''] = /(\d\d):(\d\d):/.exec(text) ?? [];
    const now = new Date();
    const apart = Math.abs(Number(hours) * 60 + Number(minutes) - now.getHours() * 60 - now.getMinutes());
    assert.ok(apart <= 1, text);
    await close();
  });

  it('[S8] the end comes while there is no connection: the page says so, and afterwards what was saved', async () => {
    const exam = await hall.exam({ plan: { durationMs: 20_000, warningsMs: [10_000] } });
    await exam.begin();
    const { page, close } = await come(exam);
    await page.getByRole('radio', { name: /choice A/ }).check();
    await page.getByText('Your answer is saved').waitFor();
    await hall.network.refuse();
    await page.getByRole('radio', { name: /choice B/ }).check();
    await page.getByText('10 seconds left.').first().waitFor();
    await page.getByRole('heading', { name: 'Time is over' }).waitFor();
    await page.getByText('What you wrote in time is safe on this device').waitFor();
    await page.getByText('1 answer is not saved yet').waitFor();
    assert.equal(await page.getByText('Go on working').count(), 0);
    await isSound(page);
    await hall.network.pass();
    await page.getByText('Your answer sheet was closed at the end of your time.').waitFor();
    await page.getByText('1 answer is saved and will be marked.').waitFor();
    assert.deepEqual(await saved(exam), [[1, 'B']]);
    const { receipt } = await hall.admin.sheet(exam.people[0]?.examineeId ?? '');
    const code = (await page.locator('.hash').textContent()) ?? '';
    assert.equal(code.replaceAll(' ', '').trim(), receipt?.hash);
    await isSound(page);
    await close();
  });

  it('a browser that keeps nothing says so while something is not saved, and saves all the same', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const before = "IDBFactory.prototype.open = () => { throw new DOMException('no storage', 'SecurityError'); };";
    const { page, close } = await come(exam, { before });
    await hall.network.refuse();
    await page
      .getByText(/^No connection/)
      .first()
      .waitFor();
    await page.getByRole('radio', { name: /choice B/ }).check();
    await page.getByText('This browser keeps nothing when the page is closed: leave it open.').waitFor();
    assert.equal(await page.getByText('safe on this device').count(), 0);
    await hall.network.pass();
    await page.getByText('Your answer is saved').waitFor();
    await close();
  });
});

async function timeLeft(page: Page): Promise<string> {
  return (await page.getByRole('timer', { name: 'Time left' }).textContent()) ?? '';
}
