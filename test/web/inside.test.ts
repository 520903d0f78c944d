// The pages inside, in a real browser: an admin logs in by the form, and Bull Board and Colyseus' monitor draw what they have
// under a policy that lets them ask nobody else for anything.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { createAdminLink } from '../../operations.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { openWholeExam, type WholeExam } from '../support/whole-exam.ts';

/**
 * Both ask for fonts of a third party, and the policy says no; the wrong password is tried on purpose; and a browser asks for
 * an icon that the monitor's page does not name. Whatever else is not found the test looks for itself.
 */
const EXPECTED = /fonts\.googleapis\.com|401|404/;
const ADMIN = { login: `inside-${randomUUID()}`, password: randomUUID() };

describe('the pages inside, in a browser', function () {
  this.timeout(120_000);
  let browser: Browser;
  let whole: WholeExam;

  before(async function () {
    browser = await launchChromium(this);
    whole = await openWholeExam('inside-web', { layout: 'one', env: { EXAMHALL_INSIDE_PAGES: 'on' } });
    const at = { ...whole.system, publicUrl: whole.system.url, secure: false, host: '', port: 0 };
    const made = await createAdminLink(at, 'another');
    assert.ok('link' in made);
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) };
    assert.equal((await fetch(made.link, init)).status, 201);
  });
  after(async () => {
    await browser?.close();
    await whole?.stop();
  });

  it('lead to the login, say what is wrong, and show queues and rooms to who is right', async () => {
    const visitor = await visit(browser, `${whole.system.url}/inside`, { expected: EXPECTED });
    const { page } = visitor;
    const missing: string[] = [];
    page.on('response', (response) => response.status() === 404 && missing.push(new URL(response.url()).pathname));
    assert.equal(new URL(page.url()).pathname, '/inside/login');
    await page.getByLabel('Login').fill(ADMIN.login);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Login name or password is wrong.').waitFor();
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'Queues and their jobs' }).click();
    await page.getByText('statistics').first().waitFor();
    await page.goto(`${whole.system.url}/inside/rooms`);
    const [room] = whole.exam.rooms;
    await page
      .getByText(room?.roomId ?? '')
      .first()
      .waitFor();
    assert.match(new URL(page.url()).pathname, /^\/inside\/rooms\/$/);
    assert.equal(await page.evaluate('document.cookie'), '');
    assert.deepEqual(missing, []);
    await visitor.close();
  });
});
