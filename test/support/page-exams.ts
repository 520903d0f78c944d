// A whole system with a real Chromium for tests of the pages: exams are made through the api, one for each test, and people
// come to them as they do, by an address. Called by test/web/.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { bringPages } from '../../bin/launcher/pages.ts';
import { type System, type SystemOptions, startSystem } from '../../bin/launcher/system.ts';
import { type Administrator, createAdministrator, type RosterEntry } from '../../loadtest/administrator.ts';
import type { Item, KeyEntry } from '../../schema/answers.ts';
import type { ControlAction } from '../../schema/controls.ts';
import { newId } from '../../schema/ids.ts';
import type { ExamineesBody, PaperBody, PlanBody } from '../../schema/requests.ts';
import { launchChromium, resize, violations } from './chromium.ts';
import { mongodbUrl, redisUrl, testFolder } from './parts.ts';
import { openProxy, type TestProxy } from './proxy.ts';

const options = ['A', 'B', 'C', 'D'].map((id) => ({ id, text: `choice ${id}` }));

/** One of each kind. */
export const FIVE_ITEMS: Item[] = [
  { number: 1, name: 'one', kind: 'singleChoice', text: 'Which one is right?', options },
  { number: 2, name: 'several', kind: 'multipleChoice', text: 'Which ones are right?', options },
  { number: 3, name: 'word', kind: 'shortText', text: 'What is the capital of Korea?', options: [] },
  { number: 4, name: 'sum', kind: 'number', text: 'How much is one and a half and two?', options: [] },
  { number: 5, name: 'essay', kind: 'essay', text: 'Describe a river.', options: [] },
];

export type PageExam = {
  readonly planId: string;
  readonly rooms: readonly { readonly roomId: string; readonly label: string }[];
  readonly people: readonly RosterEntry[];
  control(action: ControlAction, given?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Opens, and waits until it is open. */
  open(): Promise<void>;
  /** Opens and starts; resolves when every room runs. */
  begin(): Promise<void>;
};

export type PageExamOptions = {
  readonly items?: readonly Item[];
  readonly paper?: Partial<PaperBody>;
  readonly plan?: Partial<PlanBody>;
  readonly rooms?: readonly string[];
  readonly people?: readonly Omit<ExamineesBody['examinees'][number], 'roomId'>[];
};

export type PageHall = {
  readonly system: System;
  readonly browser: Browser;
  readonly admin: Administrator;
  /** Where people come to: through the network. */
  readonly url: string;
  /** What is between everybody and the system. */
  readonly network: TestProxy;
  exam(options?: PageExamOptions): Promise<PageExam>;
  putPhoto(examineeId: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
};

/** Skips the suite of `context` where there is no browser. Everybody of an exam is in its first room. */
export async function openPageHall(
  context: Mocha.Context,
  name: string,
  options: Partial<SystemOptions> = {},
): Promise<PageHall> {
  const browser = await launchChromium(context);
  await bringPages(true);
  const folder = await testFolder();
  const stores = { mongodbUrl: await mongodbUrl(name), redisUrl: await redisUrl() };
  const network = await openProxy('127.0.0.1:1');
  const env = { EXAMHALL_PUBLIC_ADDRESS: network.address, EXAMHALL_ROOM_ADDRESSES: network.address };
  const system = await startSystem({ folder, layout: 'one', env, ...stores, ...options });
  network.aim(new URL(system.url).host);
  const token = await system.admin();
  const admin = createAdministrator({ url: system.url, token });
  return {
    system,
    browser,
    admin,
    url: `http://${network.address}`,
    network,
    exam: (given = {}) => makeExam(system.url, token, admin, given),
    async putPhoto(examineeId, body) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/png', 'idempotency-key': newId() };
      const { ok, status } = await fetch(`${system.url}/v1/examinees/${examineeId}/photo`, {
        method: 'PUT',
        headers,
        body,
      });
      assert.ok(ok, String(status));
    },
    async close() {
      await browser.close();
      await network.close();
      await system.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeExam(
  url: string,
  token: string,
  admin: Administrator,
  {
    items = FIVE_ITEMS,
    paper = {},
    plan = {},
    rooms: labels = ['Room 1'],
    people = [{ label: 'Kim Minjun' }],
  }: PageExamOptions,
): Promise<PageExam> {
  const { paperId } = (await post(url, token, 'papers', { name: `Paper ${newId()}`, items, ...paper })) as {
    paperId: string;
  };
  await admin.putKey(paperId, keyOf(items));
  const planId = await admin.createPlan({ name: 'Geography', durationMs: 3_600_000, ...plan, paperId });
  const rooms = await admin.addRooms(planId, labels);
  const roomId = rooms[0]?.roomId ?? '';
  const roster = await admin.addExaminees(
    planId,
    people.map((person) => ({ ...person, roomId })),
  );
  await admin.schedule(planId);
  const control = (action: ControlAction, given: Readonly<Record<string, unknown>> = {}) =>
    admin.control(planId, { action, reason: '', ...given } as Parameters<Administrator['control']>[1]);
  const open = () => control('open');
  return {
    planId,
    rooms,
    people: roster,
    control,
    open,
    async begin() {
      await open();
      await control('start'); // it names an instant a few seconds ahead
      while ((await admin.progress(planId)).rooms.running !== rooms.length) await sleep(100);
    },
  };
}

/** Something for each item that can be marked: nobody looks at points here. */
function keyOf(items: readonly Item[]): KeyEntry[] {
  return items.flatMap(({ number: item, kind, options: [first] }): KeyEntry[] => {
    const points = 1_000;
    if (kind === 'essay') return [];
    if (kind === 'file') return [{ item, kind, points }];
    if (kind === 'number') return [{ item, kind, correct: 3.5, tolerance: 0, points }];
    if (kind === 'singleChoice') return [{ item, kind, correct: first?.id ?? '', points }];
    return [{ item, kind, correct: [first?.id ?? 'seoul'], points }];
  });
}

async function post(url: string, token: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': newId() },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** The address with which this person enters without typing. */
export function linkOf(url: string, person: RosterEntry | undefined, place = ''): string {
  return `${url}/exam#code=${person?.code ?? ''}${place === '' ? '' : `&room=${encodeURIComponent(place)}`}`;
}

/** Says that it is the right person, and waits for the paper. */
export async function toThePaper(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Yes, that is me/ }).click();
  await page.getByRole('heading', { name: /^Question 1 of/ }).waitFor();
}

/**
 * Axe finds nothing on the page as it stands, and at 320 px, which is what is left of 1280 at 400 % zoom, nothing lies beside
 * the screen.
 */
export async function isSound(page: Page): Promise<void> {
  assert.deepEqual(await violations(page), []);
  const before = page.viewportSize();
  await resize(page, { width: 320, height: 640 });
  const wide = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const all = [...document.body.querySelectorAll('*')].filter(
      (one) => one.getBoundingClientRect().right > innerWidth,
    );
    return all.map((one) => `${one.tagName} ${one.className} ${one.textContent?.slice(0, 30)}`);
  });
  if (before !== null) await resize(page, before);
  assert.deepEqual(wide, []);
}
