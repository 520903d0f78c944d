// Both pages as the api serves them: what they may do, how large they are, and that they open in a real browser.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { bringPages } from '../../bin/launcher/pages.ts';
import { type System, startSystem } from '../../bin/launcher/system.ts';
import { createAdministrator } from '../../loadtest/administrator.ts';
import { createRehearsal, openRooms } from '../../loadtest/rehearsal.ts';
import { rehearsalPaper } from '../../loadtest/rehearsal-paper.ts';
import { launchChromium, violations, visit } from '../support/chromium.ts';
import { mongodbUrl, redisUrl, testFolder } from '../support/parts.ts';

const KIB = 1_000;
const FIRST_LOAD_KB = 150;

describe('the pages', () => {
  let system: System;
  let folder: string;
  let browser: Browser;

  before(async function () {
    this.timeout(120_000);
    browser = await launchChromium(this);
    await bringPages(true);
    folder = await testFolder();
    system = await startSystem({
      folder,
      layout: 'apart',
      mongodbUrl: await mongodbUrl('pages'),
      redisUrl: await redisUrl(),
    });
  });

  after(async () => {
    await browser?.close();
    await system?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('come under a policy that lets in no script, style or frame but their own', async () => {
    for (const page of ['exam', 'proctor']) {
      const { headers } = await fetch(`${system.url}/${page}`);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'; /);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|data:/);
    }
  });

  it('are asked for again each time, and their assets never', async () => {
    const page = await fetch(`${system.url}/exam`);
    assert.equal(page.headers.get('cache-control'), 'no-cache');
    const etag = page.headers.get('etag') ?? '';
    const again = await fetch(`${system.url}/exam`, { headers: { 'if-none-match': etag }, cache: 'no-cache' });
    assert.equal(again.status, 304);
    const [asset = ''] = (await page.text()).match(/\/assets\/[^"]+\.js/) ?? [];
    const { headers } = await fetch(system.url + asset, { headers: { 'accept-encoding': 'br' } });
    assert.match(headers.get('cache-control') ?? '', /immutable/);
    assert.equal(headers.get('content-encoding'), 'br');
  });

  it('load within 150 kB compressed, without a request to anybody else, and axe finds nothing', async function () {
    this.timeout(60_000);
    for (const path of ['exam', 'proctor']) {
      const visitor = await visit(browser, `${system.url}/${path}`);
      const session = await visitor.page.context().newCDPSession(visitor.page);
      await session.send('Network.enable');
      let received = 0;
      session.on('Network.loadingFinished', ({ encodedDataLength }) => {
        received += encodedDataLength;
      });
      await visitor.page.reload({ waitUntil: 'networkidle' });
      assert.ok(received > 0);
      if (path === 'exam') assert.ok(received <= FIRST_LOAD_KB * KIB, `${received} bytes`);
      assert.deepEqual(await violations(visitor.page), []);
      await visitor.close();
    }
  });

  it('speak the language that is asked for, and say so to a screen reader', async function () {
    this.timeout(30_000);
    const visitor = await visit(browser, `${system.url}/exam?lang=ko`);
    assert.equal(await visitor.page.getAttribute('html', 'lang'), 'ko');
    await visitor.page.getByRole('button', { name: 'English' }).click();
    assert.equal(await visitor.page.getAttribute('html', 'lang'), 'en');
    await visitor.close();
  });

  it('open their sockets to a rooms process at another address than the pages’', async function () {
    this.timeout(60_000);
    const admin = createAdministrator({ url: system.url, token: await system.admin() });
    const rooms = [{ label: 'Apart', examinees: [{ label: 'Ada' }] }];
    const rehearsal = await createRehearsal(admin, { name: 'Apart', ...rehearsalPaper(5), rooms, durationMs: 60_000 });
    await openRooms(admin, rehearsal);
    const opened = new Set<string>();
    const visitor = await visit(browser, `${system.url}/exam`);
    visitor.page.on('websocket', (socket) => opened.add(new URL(socket.url()).host));
    await visitor.page.goto(`${system.url}/exam#code=${rehearsal.roster[0]?.code}`);
    await visitor.page.getByRole('button', { name: 'Yes, that is me. I am ready' }).click();
    await visitor.page.getByText('You are ready.').waitFor();
    assert.equal(opened.size, 1);
    assert.equal(opened.has(new URL(system.url).host), false);
    await visitor.close();
  });
});
