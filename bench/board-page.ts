// `npm run bench:board-page -- [--quick]`: the proctor's page in Chromium with one room of 300 in its list, on the production
// processes, while all 300 answer each second. What the page's main thread does for each patch, everything counted, from a
// trace; and its heap after each part of the run, garbage collected. Exit code 1 where a limit is not kept.
// A proctor's page has a computer of its own. Here it shares one with the servers and 300 people, so it goes before them.
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../bin/launcher/chromium.ts';
import { findProgram, run } from '../bin/launcher/command.ts';
import { bringPages } from '../bin/launcher/pages.ts';
import { createRehearsal, openRooms, type Rehearsal, startRooms } from '../loadtest/rehearsal.ts';
import { type Percentiles, percentileLine, percentiles } from '../loadtest/report.ts';
import { type Crowd, HEARTBEAT, seatCrowd } from './crowd.ts';
import { benchPaper, benchRooms, ITEM_COUNT } from './documents.ts';
import { type EchoFigures, measureEcho } from './echo.ts';
import { openDoor } from './entering.ts';
import { judge, LIMITS, type Verdict } from './limits.ts';
import { mainThreadMs, TRACE_CATEGORIES, type TraceEvent } from './main-thread.ts';
import { runStep, type StepFigures } from './open-loop.ts';
import { type Bench, type BenchSystem, type Findings, runBench } from './run.ts';

type Size = {
  readonly people: number;
  readonly warmMs: number;
  readonly measureMs: number;
  readonly heapEveryMs: number;
};

const FULL: Size = { people: 300, warmMs: 5_000, measureMs: 45_000, heapEveryMs: 5_000 };
const QUICK: Size = { people: 10, warmMs: 500, measureMs: 2_000, heapEveryMs: 1_000 };
/** A room that is watched sends so often. */
const PATCH_MS = 250;
const ENTERING_AT_ONCE = 48;
const START_LIMIT_MS = 60_000;
const DAY_MS = 86_400_000;
const OPTIONS = ['--no-sandbox', '--disable-dev-shm-usage', '--js-flags=--expose-gc'];

type PageFigures = Size & {
  readonly rows: number;
  readonly patchMs: Percentiles;
  /** The CPU of it: less where others keep the processors busy. */
  readonly patchCpuMs: Percentiles;
  readonly patches: number;
  /** Of the answers that were saved in the window: the page had that many rows to change. */
  readonly step: StepFigures;
  /** After collecting the garbage, MB; the first one when the list stands. */
  readonly heapMb: readonly number[];
};

async function measurePage(bench: Bench, size: Size): Promise<PageFigures> {
  await bringPages(true);
  const browser = await launch();
  try {
    await giveWay();
    return await bench.withSystem({ api: 1, rooms: 1, workers: 1 }, (started) => watchRoom(started, browser, size));
  } finally {
    await browser.close();
  }
}

async function watchRoom(started: BenchSystem, browser: Browser, size: Size): Promise<PageFigures> {
  const { admin, system } = started;
  const request = { name: 'bench', ...benchPaper(), rooms: benchRooms(size.people, 1), durationMs: DAY_MS / 6 };
  const rehearsal = await createRehearsal(admin, request);
  await openRooms(admin, rehearsal);
  const door = openDoor(system.url);
  const crowd = await seatCrowd(door, system.url, rehearsal.roster, ENTERING_AT_ONCE);
  door.close();
  crowd.beat(HEARTBEAT.sdk);
  try {
    await startRooms(admin, rehearsal);
    await everybodyRuns(crowd);
    const page = await openBoard(browser, started, rehearsal, size.people);
    return { ...size, ...(await measure(started, browser, page, crowd, size)) };
  } finally {
    crowd.leave();
  }
}

/** This process has the people, and what it starts from here on inherits it: they run when the page does not want to. */
async function giveWay(): Promise<void> {
  setPriority(constants.priority.PRIORITY_LOW);
  if (findProgram('chrt')) await run('chrt', ['--idle', '--all-tasks', '--pid', '0', String(process.pid)]);
}

async function launch(): Promise<Browser> {
  const found = await findChromium();
  if (!('path' in found)) throw new Error(`there is no browser: ${found.missing}`);
  return chromium.launch({ executablePath: found.path, args: OPTIONS });
}

/** Resolves when everybody has a row. */
async function openBoard(
  browser: Browser,
  { admin, system }: BenchSystem,
  { planId, rooms }: Rehearsal,
  people: number,
): Promise<Page> {
  const account = { login: `bench-${planId.toLowerCase()}`, password: `password of ${planId}` };
  await admin.addProctor(planId, { label: 'bench', roomIds: rooms.map(({ roomId }) => roomId), ...account });
  const page = await browser.newPage({ viewport: { width: 1_280, height: 900 }, locale: 'en-GB' });
  await page.goto(`${system.url}/proctor`);
  await page.getByLabel('Login name').fill(account.login);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Watch 1 room' }).click();
  await page
    .locator('.person-row')
    .nth(people - 1)
    .waitFor({ state: 'attached' });
  return page;
}

async function everybodyRuns({ members, tally }: Crowd): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  while (tally.running < members.length) {
    if (performance.now() > until) throw new Error(`${tally.running} of ${members.length} heard that their room runs`);
    await sleep(100);
  }
}

async function measure(started: BenchSystem, browser: Browser, page: Page, crowd: Crowd, size: Size) {
  const { warmMs, measureMs, heapEveryMs, people } = size;
  const heapMb = [await heapOf(page)];
  const stepping = runStep(crowd, started.pids(), { rate: people, warmMs, measureMs, items: ITEM_COUNT });
  await sleep(warmMs);
  await browser.startTracing(page, { categories: TRACE_CATEGORIES });
  await sleep(measureMs);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const step = await stepping;
  const patches = mainThreadMs(trace.traceEvents, PATCH_MS);
  // The heap apart, so that collecting it is no work of a patch.
  const goingOn = runStep(crowd, started.pids(), { rate: people, warmMs: 0, measureMs, items: ITEM_COUNT });
  for (let spentMs = 0; spentMs < measureMs; spentMs += heapEveryMs) {
    await sleep(heapEveryMs);
    heapMb.push(await heapOf(page));
  }
  await goingOn;
  const rows = await page.locator('.person-row').count();
  const patchCpuMs = percentiles(mainThreadMs(trace.traceEvents, PATCH_MS, 'cpu'));
  return { rows, patchMs: percentiles(patches), patchCpuMs, patches: patches.length, step, heapMb };
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1e6;
}

/** By how much the heap grew between the first and the last third of what was read while they answered. */
function growthOf(heapMb: readonly number[]): number {
  const read = heapMb.slice(1);
  const third = Math.max(1, Math.floor(read.length / 3));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return mean(read.slice(-third)) - mean(read.slice(0, third));
}

function verdictsOf({ patchMs, heapMb }: PageFigures, echo: EchoFigures): Verdict[] {
  return [
    judge(LIMITS['board-page'].p50, patchMs.p50, echo.latencyMs.p50),
    judge(LIMITS['board-page'].p99, patchMs.p99, echo.latencyMs.p99),
    judge(LIMITS['board-page'].heapMb, growthOf(heapMb), heapMb[1] ?? null),
  ];
}

async function findings(bench: Bench): Promise<Findings> {
  const isFull = bench.pace === 'full';
  const paced = isFull ? { warmMs: 1_500, measureMs: 5_000 } : { warmMs: 200, measureMs: 500 };
  const echo = await measureEcho({ clients: isFull ? 300 : 20, rate: isFull ? 300 : 100, ...paced });
  const page = await measurePage(bench, isFull ? FULL : QUICK);
  bench.say(
    [
      `${page.rows} rows, ${page.step.savedPerSecond} answers a second saved: main thread in each ${PATCH_MS} ms, ${percentileLine(page.patchMs)}`,
      `of it CPU: ${percentileLine(page.patchCpuMs)}`,
      `heap after each ${page.heapEveryMs / 1_000} s, MB: ${page.heapMb.map((mb) => mb.toFixed(1)).join(', ')}`,
    ].join('\n'),
  );
  return { figures: { echo, page }, verdicts: isFull ? verdictsOf(page, echo) : [] };
}

await runBench('board-page', findings);
