// One real Chromium and a server of pages for it, which post what they saw to /report/NAME. Where there is no Chromium the
// suite is skipped, and the reason printed. Called by the tests of what runs in browsers.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../../bin/launcher/chromium.ts';

/** What the server answers to a path: its type and its text. */
export type Served = { readonly type: 'text/html' | 'text/javascript'; readonly text: string };

export type Browser = {
  /** http://127.0.0.1:PORT of the pages; by the name localhost they are of another origin. */
  readonly origin: string;
  readonly port: number;
  /** What pages have reported, by name. */
  readonly reports: ReadonlyMap<string, unknown>;
  /** Opens a page of this server in a tab of its own. */
  open(url: string): void;
  /** Waits until a page has reported this, and returns it. Fails where one reports `failed`. */
  reported(what: string): Promise<unknown>;
  close(): Promise<void>;
};

const REPORT = '/report/';
const REPORT_LIMIT_MS = 40_000;
/** As root, in a container, without a screen, and asking nobody on the internet for anything. */
const OPTIONS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
];

/** Starts the server of pages; Chromium starts with the first page. Skips the suite of `context` where there is none. */
export async function openBrowser(
  context: Mocha.Context,
  serve: (path: string) => Promise<Served> | Served,
): Promise<Browser> {
  const chromium = await findChromium();
  if ('missing' in chromium) {
    console.log(`      skipped, there is no browser: ${chromium.missing}`);
    return context.skip();
  }
  const profile = await mkdtemp(join(tmpdir(), 'examhall-browser-'));
  const reports = new Map<string, unknown>();
  const started: ChildProcess[] = [];
  const server = createServer((request, response) => {
    answer(request, response, serve, reports).catch((error: unknown) => {
      reports.set('failed', String(error));
      response.writeHead(500).end();
    });
  });
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    reports,
    open(url) {
      started.push(
        spawn(chromium.path, [...OPTIONS, `--user-data-dir=${join(profile, String(started.length))}`, url], {
          stdio: 'ignore',
          detached: true, // a group of its own: what is on the path may be a script that starts it
        }),
      );
    },
    async reported(what) {
      const limit = performance.now() + REPORT_LIMIT_MS;
      while (!reports.has(what)) {
        assert.equal(reports.get('failed'), undefined);
        if (performance.now() > limit) throw new Error(`the page did not report ${what}, only ${[...reports.keys()]}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return reports.get(what);
    },
    async close() {
      for (const browser of started.filter(({ exitCode }) => exitCode === null)) {
        const isGone = once(browser, 'close');
        if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
        await isGone;
      }
      server.closeAllConnections();
      server.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  serve: (path: string) => Promise<Served> | Served,
  reports: Map<string, unknown>,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname.startsWith(REPORT)) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    reports.set(pathname.slice(REPORT.length), JSON.parse(Buffer.concat(chunks).toString()));
    return void response.end();
  }
  const { type, text } = await serve(pathname);
  response.setHeader('content-type', `${type}; charset=utf-8`).end(text);
}
