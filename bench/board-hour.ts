// `npm run bench:board-hour -- [--quick]`: the memory of the proctor's board over an hour of patches, simulated at speed: the
// real page over simulated boards, one patch of all 300 rows with each animation frame. Heap and nodes after collecting the
// garbage, ten times on the way. Exit code 1 where a limit is not kept.
import { readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import solid from 'vite-plugin-solid';
import { findChromium } from '../bin/launcher/chromium.ts';
import { judge, LIMITS } from './limits.ts';
import { type Bench, type Findings, runBench } from './run.ts';

const WEB = fileURLToPath(new URL('../web', import.meta.url));
const SIMULATED = join(WEB, 'hour/simulated-boards.ts');
/** Four patches a second. */
const HOUR = 14_400;
const QUICK = 120;
const READINGS = 10;
const PEOPLE = 300;
const LOOK_MS = 20;
const STALL_MS = 60_000;
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

type Reading = {
  readonly patches: number;
  readonly heapMb: number;
  readonly nodes: number;
  readonly listeners: number;
};

/** The page with simulated boards in the place of the SDK's. */
async function buildPage(outDir: string): Promise<void> {
  await build({
    configFile: false,
    root: WEB,
    logLevel: 'warn',
    plugins: [
      {
        name: 'simulated boards',
        enforce: 'pre',
        resolveId: (source, importer) =>
          source.endsWith('client/boards.ts') && importer !== SIMULATED ? SIMULATED : undefined,
      },
      solid(),
    ],
    build: {
      outDir,
      emptyOutDir: true,
      rolldownOptions: { checks: { pluginTimings: false }, input: join(WEB, 'hour/hour.html') },
    },
  });
}

function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url ?? '/', 'http://localhost').pathname);
    readFile(path).then(
      (bytes) => response.setHeader('content-type', TYPES[extname(path)] ?? 'text/plain').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function readingsOf(browser: Browser, url: string, patches: number): Promise<Reading[]> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 900 }, locale: 'en-GB' });
  await page.goto(url);
  await page
    .locator('.person-row')
    .nth(PEOPLE - 1)
    .waitFor({ state: 'attached' });
  const readings: Reading[] = [];
  for (let part = 1; part <= READINGS; part++) readings.push(await readAfter(page, (patches / READINGS) * part));
  return readings;
}

async function readAfter(page: Page, patches: number): Promise<Reading> {
  const limit = performance.now() + STALL_MS;
  const taken = async () => Number(await page.getAttribute('html', 'data-patches'));
  while ((await taken()) < patches) {
    if (performance.now() > limit) throw new Error(`the page took ${await taken()} patches, and no more in time`);
    await sleep(LOOK_MS);
  }
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  await session.detach();
  return { patches: await taken(), heapMb: usedSize / 1e6, nodes, listeners: jsEventListeners };
}

/** From the second reading on: the first one still has the code's own warming up. */
function growthOf(readings: readonly Reading[]): number {
  const [, first] = readings;
  return (readings.at(-1)?.heapMb ?? 0) - (first?.heapMb ?? 0);
}

async function findings(bench: Bench): Promise<Findings> {
  const found = await findChromium();
  if (!('path' in found)) throw new Error(`there is no browser: ${found.missing}`);
  const outDir = join(WEB, `dist.hour.${process.pid}`);
  await buildPage(outDir);
  const server = await serve(outDir);
  const browser = await chromium.launch({
    executablePath: found.path,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  try {
    const { port } = server.address() as AddressInfo;
    const isFull = bench.pace === 'full';
    const readings = await readingsOf(browser, `http://127.0.0.1:${port}/hour/hour.html`, isFull ? HOUR : QUICK);
    const told = readings.map(({ patches, heapMb, nodes }) => `${patches}: ${heapMb.toFixed(2)} MB, ${nodes} nodes`);
    bench.say(`after so many patches of ${PEOPLE} rows\n${told.join('\n')}`);
    const verdicts = isFull
      ? [judge(LIMITS['board-hour'].heapMb, growthOf(readings), readings[1]?.heapMb ?? null)]
      : [];
    return { figures: { readings }, verdicts };
  } finally {
    await browser.close();
    server.close();
    await rm(outDir, { recursive: true, force: true });
  }
}

await runBench('board-hour', findings);
