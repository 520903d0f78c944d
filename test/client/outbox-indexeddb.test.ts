// The browser's outbox storage in a real browser. The page loads the client's own file, stripped of its types, and posts
// what it saw.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { type Browser, openBrowser, type Served } from '../support/browser.ts';

const ROOT = join(import.meta.dirname, '../..');
const STORAGE = '/client/outbox-indexeddb.ts';

/** What the pages do, in the browser: `first` writes and goes to `second`, which reads and opens a frame of itself. */
const PAGE = `<!doctype html><meta charset="utf-8"><script type="module">
import { indexedDbOutbox } from '/client/outbox-indexeddb.ts';
const storage = indexedDbOutbox('exam');
const entry = (revision, response = 'A', place = 'outbox', examineeId = 'examinee00000001') =>
  ({ examineeId, item: 1, revision, response, at: 1, place });
const report = (what, value) => fetch('/report/' + what, { method: 'POST', body: JSON.stringify(value ?? null) });
try {
  if (location.pathname === '/first') {
    await report('empty', await storage.load());
    await storage.write([{ kind: 'entering', entryId: 'entry-1' }]);
    await storage.write([{ kind: 'session', session: { examineeId: 'examinee00000001', fence: 3, counter: 2 } }]);
    await storage.write([{ kind: 'put', entry: entry(1) }, { kind: 'put', entry: entry(2, '한글') }]);
    await storage.write([{ kind: 'put', entry: entry(3, ['A'], 'held') }, { kind: 'put', entry: entry(1, null, 'outbox', 'examinee00000002') }]);
    await storage.write([{ kind: 'remove', examineeId: 'examinee00000001', revision: 1 }, { kind: 'entering', entryId: 'entry-2' }]);
    location.href = '/second';
  } else if (location.pathname === '/second') {
    await report('reloaded', await storage.load());
    const frame = document.createElement('iframe');
    frame.src = '/frame';
    document.body.append(frame);
  } else {
    await report('beside', await storage.load());
  }
} catch (error) {
  await report('failed', String(error));
}
</script><body>`;

describe('the outbox of a browser', function () {
  this.timeout(60_000);
  let browser: Browser | undefined;
  const seen = (what: string) => browser?.reports.get(what) as { entryId?: string; entries?: unknown } | undefined;

  before(async function () {
    browser = await openBrowser(this, serve);
    browser.open(`${browser.origin}/first`);
    await browser.reported('beside');
  });
  after(() => browser?.close());

  it('is empty at first', () => {
    assert.deepEqual(seen('empty'), { sessions: [], entries: [] });
  });

  it('has after a reload what was written before it, each person apart', () => {
    const examineeId = 'examinee00000001';
    assert.deepEqual(seen('reloaded'), {
      entryId: 'entry-2',
      sessions: [{ examineeId, fence: 3, counter: 2 }],
      entries: [
        { examineeId, item: 1, revision: 2, response: '한글', at: 1, place: 'outbox' },
        { examineeId, item: 1, revision: 3, response: ['A'], at: 1, place: 'held' },
        { examineeId: 'examinee00000002', item: 1, revision: 1, response: null, at: 1, place: 'outbox' },
      ],
    });
  });

  it('gives an unconfirmed entry id to one page only', () => {
    assert.equal(seen('beside')?.entryId, undefined);
    assert.deepEqual(seen('beside')?.entries, seen('reloaded')?.entries);
  });
});

async function serve(path: string): Promise<Served> {
  if (path !== STORAGE) return { type: 'text/html', text: PAGE };
  return { type: 'text/javascript', text: stripTypeScriptTypes(await readFile(join(ROOT, STORAGE), 'utf8')) };
}
