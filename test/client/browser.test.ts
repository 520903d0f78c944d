// The client in a real browser: bundled as a site bundles it, on a page of another origin than the api's, against a whole
// running system.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { build } from 'esbuild';
import { staff } from '../../client/staff.ts';
import { type Browser, openBrowser, type Served } from '../support/browser.ts';
import { ESSAY, EXAM_ITEMS, openWholeExam, type WholeExam } from '../support/whole-exam.ts';

const PAGE = '<!doctype html><meta charset="utf-8"><title>Exam</title><script type="module" src="/page.js"></script>';
const TEXT = '답안은 한 글자도 사라지지 않는다 – not one letter.';

type Seen = { readonly answers: [item: number, response: unknown, state: string][]; readonly fence: number };

describe('the client in a browser', function () {
  this.timeout(120_000);
  let browser: Browser | undefined;
  let whole: WholeExam | undefined;
  let bundle = '';
  const { promise: going, resolve: go } = Promise.withResolvers<void>();

  before(async function () {
    browser = await openBrowser(this, serve);
    const source = join(import.meta.dirname, 'page-fixture.ts');
    const built = await build({
      entryPoints: [source],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      write: false,
    });
    assert.deepEqual(built.warnings, []);
    bundle = built.outputFiles[0]?.text ?? '';
    const env = { EXAMHALL_ORIGINS: browser.origin };
    whole = await openWholeExam('browser', { examinees: 2, env });
    browser.open(pageFor(browser.origin, 0));
  });
  after(async () => {
    await whole?.system.kill('workers-1', 'SIGCONT');
    await browser?.close();
    await whole?.stop();
  });

  async function serve(path: string): Promise<Served> {
    if (path === '/go') await going;
    return path === '/page.js' ? { type: 'text/javascript', text: bundle } : { type: 'text/html', text: PAGE };
  }

  function pageFor(origin: string, index: number, more = ''): string {
    const told = new URLSearchParams({ url: started().whole.system.url, code: codeOf(index), essay: TEXT });
    return `${origin}/?${told}${more}`;
  }

  const codeOf = (index: number) => started().whole.exam.roster[index]?.code ?? '';

  function started(): { browser: Browser; whole: WholeExam } {
    assert.ok(browser !== undefined && whole !== undefined);
    return { browser, whole };
  }

  it('enters, gets the paper at the start, and sees that its answers are saved', async () => {
    const { browser, whole } = started();
    await whole.begin();
    assert.equal(await browser.reported('paper'), EXAM_ITEMS.length);
    const { answers, fence } = (await browser.reported('saved')) as Seen;
    assert.equal(fence, 1);
    assert.deepEqual(answers, [
      [1, 'B', 'saved'],
      [ESSAY, TEXT, 'saved'],
    ]);
    assert.deepEqual(Object.fromEntries(await whole.stored(0)), { 1: 'B', [ESSAY]: TEXT });
  });

  it('[S1] comes back by itself after a reload with what it had not seen saved, and then sees it saved', async () => {
    const { browser, whole } = started();
    await whole.system.kill('workers-1', 'SIGSTOP');
    go();
    assert.deepEqual(await browser.reported('back'), { unsaved: [2] });
    assert.equal(browser.reports.has('reloaded'), false);
    const file = (await browser.reported('sealed')) as string;
    const brought = await staff({ url: whole.system.url, token: whole.token }).importExport(
      whole.exam.roster[0]?.roomId ?? '',
      file,
    );
    assert.deepEqual(
      brought.kept.map(([item]) => item),
      [2],
      'what it had not seen saved is in its sealed file, too',
    );
    await whole.system.kill('workers-1', 'SIGCONT');
    const { answers, fence } = (await browser.reported('reloaded')) as Seen;
    assert.equal(fence, 2);
    assert.deepEqual(
      answers.toSorted(([a], [b]) => a - b),
      [
        [1, 'B', 'saved'],
        [2, 'C', 'saved'],
        [ESSAY, TEXT, 'saved'],
      ],
    );
  });

  it('submits what it has seen saved', async () => {
    const { browser, whole } = started();
    const submitted = { items: [1, 2, ESSAY], status: 'submitted', left: [], agrees: true };
    assert.deepEqual(await browser.reported('submitted'), submitted);
    assert.deepEqual(Object.fromEntries(await whole.stored(0)), { 1: 'B', 2: 'C', [ESSAY]: TEXT });
    const examinee = await whole.store.examinees.get(whole.exam.roster[0]?.examineeId ?? '');
    assert.equal(examinee?.status, 'submitted');
  });

  it('is let in from no page whose origin is not named', async () => {
    const { browser, whole } = started();
    browser.open(pageFor(`http://localhost:${browser.port}`, 1, '&foreign'));
    const { error, waits } = (await browser.reported('refused')) as { error: string; waits: string[] };
    assert.match(error, /entering was given up/);
    assert.ok(waits.length > 0 && waits.every((reason) => reason === 'NETWORK'), waits.join());
    const examinee = await whole.store.examinees.get(whole.exam.roster[1]?.examineeId ?? '');
    assert.equal(examinee?.status, 'registered');
  });
});
