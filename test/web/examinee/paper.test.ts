// What a paper and a plan can have: sections, pictures, formulas, an essay's words, rules to accept, what is recorded, and one
// direction only; and the last resort, in both languages.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Item } from '../../../schema/answers.ts';
import { visit } from '../../support/chromium.ts';
import { FIVE_ITEMS, isSound, linkOf, openPageHall, type PageHall, toThePaper } from '../../support/page-exams.ts';

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const RICH: Item[] = [
  {
    number: 1,
    name: 'root',
    kind: 'singleChoice',
    text: 'Look at ![map].\n\nWhat is $\\sqrt{x^2}$? <b>It costs</b> \\$5.',
    options: [
      { id: 'A', text: '$x$' },
      { id: 'B', text: '$|x|$' },
    ],
  },
  { number: 2, name: 'essay', kind: 'essay', text: 'Describe the map.', options: [], words: { from: 20, to: 50 } },
];

describe('the paper of an examinee', function () {
  this.timeout(90_000);
  let hall: PageHall;

  before(async function () {
    this.timeout(120_000);
    hall = await openPageHall(this, 'examinee-paper');
  });
  after(() => hall?.close());

  it('has sections, pictures and formulas, and shows markup as the text that it is', async () => {
    const sections = [{ title: 'Maps', text: 'Both questions are about ![map].', fromItem: 1 }];
    const pictures = [{ name: 'map', type: 'image/png' as const, alt: 'A map of the river', data: PIXEL }];
    const exam = await hall.exam({ items: RICH, paper: { sections, pictures } });
    await exam.begin();
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]));
    await page.getByRole('button', { name: /Yes, that is me/ }).click();
    await page.getByRole('heading', { name: 'Maps' }).first().waitFor();
    const picture = page.getByRole('img', { name: 'A map of the river' }).last();
    await picture.waitFor();
    assert.equal(await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth), 1);
    await page.locator('#question-text math').waitFor();
    await page.getByText('<b>It costs</b> $5.').waitFor();
    await isSound(page);
    await page.getByRole('button', { name: 'Next question' }).click();
    await page.getByRole('textbox', { name: 'Your text' }).fill('A river comes down from the hills.');
    await page.getByText('7 words · 20 to 50 words are asked for').waitFor();
    await close();
  });

  it('has rules that are accepted first, and says what is recorded; only that is reported', async () => {
    const off = { from: 1, withinMs: 60_000, severity: 0.3 };
    const kinds = {
      'focus-lost': 'off' as const,
      'full-screen-left': 'off' as const,
      'second-screen': 'off' as const,
      'network-lost': 'off' as const,
      'clock-jump': 'off' as const,
      paste: off,
    };
    const exam = await hall.exam({ plan: { rules: 'No telephones.\n\nNo talking.', incidentRules: { kinds } } });
    await exam.begin();
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]));
    await page.getByText('No telephones.').waitFor();
    await page.getByText('when something is pasted (not what)').waitFor();
    assert.equal(await page.getByText('when this page is left for another window').count(), 0);
    await page.getByRole('button', { name: /Yes, that is me/ }).click();
    await page.getByText('Tick the box above first.').waitFor();
    await isSound(page);
    await page.getByRole('checkbox', { name: 'I have read the rules and accept them.' }).check();
    await toThePaper(page);
    await page.getByRole('button', { name: 'What proctors see' }).click();
    await page.getByRole('dialog').getByText('when something is pasted (not what)').waitFor();
    await isSound(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.evaluate(() => {
      dispatchEvent(new Event('blur'));
      document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true }));
    });
    let found: string[] = [];
    for (let tries = 0; tries < 50 && found.length === 0; tries++) {
      await page.waitForTimeout(200);
      found = (await hall.admin.incidents(exam.planId)).map(({ kind }) => kind);
    }
    assert.deepEqual(found, ['paste']);
    await close();
  });

  it('fills the screen where leaving that is recorded, offers it again to who left it, and notices a second screen', async () => {
    const rule = { from: 1, withinMs: 60_000, severity: 0.3 };
    const kinds = { 'focus-lost': 'off' as const, 'full-screen-left': rule, 'second-screen': rule };
    const exam = await hall.exam({ plan: { incidentRules: { kinds } } });
    await exam.begin();
    const before = "Object.defineProperty(screen, 'isExtended', { get: () => globalThis.secondScreen === true })";
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]), { before });
    await toThePaper(page);
    const offer = page.getByRole('button', { name: 'Fill the whole screen' });
    await isSound(page);
    await offer.click();
    await offer.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.fullscreenElement !== null), true);
    await page.evaluate(() => document.exitFullscreen());
    await offer.waitFor();
    await page.evaluate(() => {
      Object.assign(globalThis, { secondScreen: true });
      dispatchEvent(new Event('resize'));
    });
    let found: string[] = [];
    for (let tries = 0; tries < 50 && found.length < 2; tries++) {
      await page.waitForTimeout(200);
      found = (await hall.admin.incidents(exam.planId)).map(({ kind }) => kind);
    }
    assert.deepEqual(found.sort(), ['full-screen-left', 'second-screen']);
    await close();
  });

  it('has single keys that can be changed and switched off, and that do nothing while somebody types', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]));
    await toThePaper(page);
    const question = (number: number) => page.getByRole('heading', { name: `Question ${number}` });
    await page.keyboard.press('n');
    await question(2).waitFor();
    await page.getByRole('button', { name: 'View' }).click();
    const view = page.getByRole('dialog');
    await view.getByLabel('Next question').fill('p');
    await page.keyboard.press('Tab');
    await view.getByRole('alert').getByText('One letter or digit that no other action has.').waitFor();
    await isSound(page);
    await view.getByLabel('Next question').fill('x');
    await page.keyboard.press('Tab');
    await view.getByRole('button', { name: 'Close' }).click();
    await page.keyboard.press('n');
    await page.keyboard.press('x');
    await question(3).waitFor();
    await page.getByRole('textbox', { name: 'Your answer' }).pressSequentially('xx');
    await question(3).waitFor();
    await page.getByRole('button', { name: 'View' }).click();
    await view.getByLabel('Use single keys while no field is active').uncheck();
    await view.getByRole('button', { name: 'Close' }).click();
    await page.keyboard.press('x');
    await page.keyboard.press('p');
    await question(3).waitFor();
    await close();
  });

  it('shows whose photo is stored, and whoever else it is comes back to the first screen', async () => {
    const exam = await hall.exam();
    await exam.open();
    const person = exam.people[0];
    await hall.putPhoto(person?.examineeId ?? '', Buffer.from(PIXEL, 'base64'));
    const { page, close } = await visit(hall.browser, linkOf(hall.url, person));
    const photo = page.getByRole('img', { name: 'Photo of Kim Minjun' });
    await photo.waitFor();
    assert.equal(await photo.evaluate((image) => (image as HTMLImageElement).naturalWidth), 1);
    await isSound(page);
    await page.getByRole('button', { name: 'No, this is not me' }).click();
    await page.getByRole('textbox', { name: 'Your code' }).waitFor();
    await page.reload();
    await page.getByRole('textbox', { name: 'Your code' }).waitFor();
    await close();
  });

  it('is as large and as strong in colour as wanted, with a clock that is hidden, after a reload too', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]));
    await toThePaper(page);
    await page.getByRole('button', { name: 'Hide the clock' }).click();
    await page.getByRole('timer').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'View' }).click();
    await page.getByRole('button', { name: '200 %' }).click();
    await page.getByRole('button', { name: 'High contrast' }).click();
    await isSound(page);
    await page.getByRole('checkbox', { name: 'Use single keys while no field is active' }).uncheck();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Question 1 of 5' }).waitFor();
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '32px');
    // A browser may show the colours of before for a frame.
    await page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === 'rgb(0, 0, 0)');
    assert.equal(await page.getByRole('timer').count(), 0);
    await isSound(page);
    await page.keyboard.press('n');
    await page.getByRole('button', { name: 'Question 3: open' }).click();
    await page.getByRole('heading', { name: 'Question 3 of 5' }).waitFor();
    await page.keyboard.press('p');
    assert.equal(await page.getByRole('heading', { name: 'Question 3 of 5' }).count(), 1);
    await page.getByRole('button', { name: 'Show the clock' }).click();
    await page.getByRole('timer').waitFor();
    await close();
  });

  it('goes only forward where the plan says so, and asks before a question is left', async () => {
    const exam = await hall.exam({ plan: { navigation: 'forward' } });
    await exam.begin();
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]));
    await toThePaper(page);
    await page.getByRole('radio', { name: /choice A/ }).check();
    await page.getByRole('button', { name: 'Next question' }).click();
    await page.getByRole('dialog', { name: 'Leave this question for good?' }).waitFor();
    await isSound(page);
    await page.getByRole('button', { name: 'Leave it and go on' }).click();
    await page.getByRole('heading', { name: 'Question 2 of 5' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Previous question' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: /Question 1: answered, closed/ }).isDisabled(), true);
    await page.reload();
    await page.getByRole('heading', { name: 'Question 2 of 5' }).waitFor();
    await close();
  });

  it('gives a sealed copy of what this device holds, which nobody can read on the way', async () => {
    const exam = await hall.exam();
    await exam.begin();
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]), { expected: /ERR_|WebSocket/ });
    await toThePaper(page);
    await hall.network.refuse();
    await page
      .getByText(/^No connection/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Question 3: open' }).click();
    await page.getByRole('textbox', { name: 'Your answer' }).fill('seoul-is-secret');
    await page.getByRole('button', { name: 'Safety copy' }).click();
    await isSound(page);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the file' }).click();
    const text = await readFile(await (await download).path(), 'utf8');
    await page.getByText(/^Saved as examhall-Room-1-Kim-Minjun/).waitFor();
    assert.match(text, /"sealed"/);
    assert.doesNotMatch(text, /seoul/);
    await hall.network.pass();
    await close();
  });

  it('speaks Korean from the first screen to the receipt', async () => {
    const exam = await hall.exam({ items: FIVE_ITEMS.slice(0, 1) });
    await exam.begin();
    const address = linkOf(hall.url, exam.people[0]).replace('/exam#', '/exam?lang=ko#');
    const { page, close } = await visit(hall.browser, address);
    await page.getByRole('button', { name: '본인이 맞습니다. 시작합니다' }).click();
    await page.getByRole('heading', { name: '1문항 중 1번' }).waitFor();
    await page.getByRole('radio', { name: /choice A/ }).check();
    await page.getByText('답안이 저장되었습니다').waitFor();
    await page.getByRole('button', { name: '제출…' }).click();
    await page.getByRole('button', { name: '지금 제출' }).click();
    await page.getByRole('heading', { name: '답안지가 제출되었습니다' }).waitFor();
    await page.getByText('답안 1개가 저장되었으며 채점됩니다.').waitFor();
    const receipt = (await hall.admin.sheet(exam.people[0]?.examineeId ?? '')).receipt;
    const code = (await page.locator('.hash').textContent()) ?? '';
    assert.equal(code.replaceAll(' ', '').trim(), receipt?.hash);
    await page.getByText('정확히 같습니다').waitFor();
    await isSound(page);
    await close();
  });

  it('takes a file as an answer by the keyboard, says how far it is, and has its name again after a reload', async () => {
    const file = { types: ['text/plain' as const], maxBytes: 2_000_000, count: 1 as const };
    const items: Item[] = [{ number: 1, name: 'report', kind: 'file', text: 'Bring your report.', options: [], file }];
    const exam = await hall.exam({ items });
    await exam.begin();
    const options = { expected: /status of 422/ }; // of the file of another type
    const { page, close } = await visit(hall.browser, linkOf(hall.url, exam.people[0]), options);
    await toThePaper(page);
    const text = 'a line of a report\n'.repeat(60_000);
    const chosen = (name: string, content: string | Buffer) => ({
      name,
      mimeType: 'text/plain',
      buffer: Buffer.from(content),
    });
    const input = page.getByLabel('Choose a file');
    await input.focus();
    assert.equal(await input.evaluate((element) => document.activeElement === element), true);
    await page.getByText('One file, at most 1.9 MB: .txt').waitFor();
    await input.setInputFiles(chosen('large.txt', Buffer.alloc(2_000_001, 'a')));
    await page.getByText('This file is larger than 1.9 MB. Choose a smaller one.').waitFor();
    await input.setInputFiles(chosen('picture.txt', Buffer.from([0, 1, 2, 3])));
    await page.getByText('It is a file of another type than asked for').waitFor();
    await isSound(page);
    let isHeld = true;
    await page.route('**/bytes?offset=262144', async (route) => {
      while (isHeld) await new Promise((resolve) => setTimeout(resolve, 50));
      await route.continue();
    });
    await input.setInputFiles(chosen('report.txt', text));
    const bar = page.getByRole('progressbar', { name: 'report.txt is on its way' });
    await bar.waitFor();
    await page.getByText('256 KB of 1.1 MB').waitFor();
    assert.equal(await bar.getAttribute('aria-valuetext'), '256 KB of 1.1 MB');
    await isSound(page);
    await page.getByRole('button', { name: 'Look over and submit' }).click();
    await page.getByText('Files on their way, which do not count if you submit now: 1 question').waitFor();
    await page.getByRole('button', { name: 'Go back to the paper' }).click();
    isHeld = false;
    await page.getByText('Your answer is the file report.txt, 1.1 MB.').waitFor();
    await page.locator('[data-truth="saved"]').waitFor();
    await isSound(page);
    await page.reload();
    await page.getByText('Your answer is the file report.txt, 1.1 MB.').waitFor();
    await page.getByLabel('Choose another file in its place').setInputFiles(chosen('second.txt', 'another one'));
    await page.getByText('Your answer is the file second.txt, 1 KB.').waitFor();
    await page.goto(`${page.url().split('#')[0]?.split('?')[0]}?lang=ko`);
    await page.getByText('답안 파일: second.txt, 1 KB').waitFor();
    await page.getByRole('button', { name: '답안 취소' }).click();
    await page.getByLabel('파일 선택').waitFor();
    await close();
  });
});
