// The browser's outbox storage in a real browser: Chromium from TEST_CHROMIUM or the path; skipped where there is none. The
// page loads the client's own file, stripped of its types, and posts what it saw.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHROMIUM = process.env.TEST_CHROMIUM ?? 'chromium';
const ROOT = join(import.meta.dirname, '../..');

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
  const reports = new Map<string, Record<string, unknown>>();
  let server: Server;
  let browser: ChildProcess | undefined;
  let profile: string;

  before(async function () {
    if (spawnSync(CHROMIUM, ['--version']).error !== undefined) return this.skip();
    profile = await mkdtemp(join(tmpdir(), 'outbox-browser-'));
    server = createServer(serve);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    browser = spawn(CHROMIUM, [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/first`,
    ]);
    await reported('beside');
  });
  after(async () => {
    if (browser === undefined) return;
    browser.kill('SIGKILL');
    await once(browser, 'close');
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it('is empty at first', () => {
    assert.deepEqual(reports.get('empty'), { sessions: [], entries: [] });
  });

  it('has after a reload what was written before it, each person apart', () => {
    const examineeId = 'examinee00000001';
    assert.deepEqual(reports.get('reloaded'), {
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
    assert.equal(reports.get('beside')?.entryId, undefined);
    assert.deepEqual(reports.get('beside')?.entries, reports.get('reloaded')?.entries);
  });

  const serve: Parameters<typeof createServer>[1] = (request, response) => {
    const path = request.url ?? '/';
    if (path.startsWith('/report/')) {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        reports.set(path.slice('/report/'.length), JSON.parse(body));
        response.end();
      });
      return;
    }
    if (path !== '/client/outbox-indexeddb.ts') return void response.setHeader('content-type', 'text/html').end(PAGE);
    readFile(join(ROOT, path), 'utf8').then(
      (source) => response.setHeader('content-type', 'text/javascript').end(stripTypeScriptTypes(source)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  };

  async function reported(what: string): Promise<void> {
    const limit = performance.now() + 40_000;
    while (!reports.has(what)) {
      assert.equal(reports.get('failed'), undefined);
      if (performance.now() > limit) throw new Error(`the browser did not report ${what}, only ${[...reports.keys()]}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
