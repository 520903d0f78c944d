// An examinee's page, bundled for a real browser by browser.test.ts: enters, answers, waits until that is saved, gives one
// more answer and reloads before it knows what became of it; after the reload it submits. Posts what it saw.
import { enterExam } from '../../client/enter-exam.ts';
import { indexedDbOutbox } from '../../client/outbox-indexeddb.ts';
import type { OutboxStorage } from '../../client/outbox-storage.ts';
import type { ExamSession } from '../../client/session.ts';
import type { Response } from '../../schema/answers.ts';

/** What the page is told in its address. */
const told = new URLSearchParams(location.search);
const [url = '', code = ''] = [told.get('url') ?? '', told.get('code') ?? ''];
const LOADS = 'loads';

async function report(what: string, value: unknown): Promise<void> {
  await fetch(`/report/${what}`, { method: 'POST', body: JSON.stringify(value ?? null) });
}

function deviceKey(): string {
  const kept = localStorage.getItem('device') ?? crypto.randomUUID();
  localStorage.setItem('device', kept);
  return kept;
}

async function until(isOver: () => boolean): Promise<void> {
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function answersOf(session: ExamSession): [number, Response, string][] {
  return [...session.answers()].map(([item, { response, state }]) => [item, response, state]);
}

function areSaved(session: ExamSession, ...items: number[]): boolean {
  return items.every((item) => session.answers().get(item)?.state === 'saved');
}

/** The items that lie on the device by now: a page that reloads before that has only what it sent. */
const stored = new Set<number>();

function watchedOutbox(): OutboxStorage {
  const outbox = indexedDbOutbox('exam');
  return {
    ...outbox,
    async write(changes) {
      await outbox.write(changes);
      for (const change of changes) if (change.kind === 'put') stored.add(change.entry.item);
    },
  };
}

async function firstLoad(session: ExamSession): Promise<void> {
  await until(() => session.room().status === 'running');
  const { items } = await session.paper();
  await report('paper', items.length);
  session.answer(1, 'A');
  session.answer(1, 'B');
  session.answer(201, told.get('essay') ?? '');
  await until(() => areSaved(session, 1, 201));
  await report('saved', { answers: answersOf(session), fence: session.info.examinee.fence });
  await fetch('/go');
  session.answer(2, 'C');
  await until(() => session.answers().get(2)?.state === 'sent' && stored.has(2));
  location.reload();
}

async function secondLoad(session: ExamSession): Promise<void> {
  await report('sealed', (await session.sealedExport())[0]);
  await report('back', { unsaved: session.outbox().map(({ item }) => item) });
  await until(() => areSaved(session, 1, 2, 201));
  await report('reloaded', { answers: answersOf(session), fence: session.info.examinee.fence });
  const { revisions, agrees } = await session.submit();
  await until(() => session.status() === 'submitted'); // it comes by patch
  await report('submitted', {
    items: revisions.map(([item]) => item),
    status: session.status(),
    left: session.outbox(),
    agrees,
  });
}

async function main(): Promise<void> {
  const load = Number(sessionStorage.getItem(LOADS) ?? '0') + 1;
  sessionStorage.setItem(LOADS, String(load));
  const signal = AbortSignal.timeout(told.has('foreign') ? 3_000 : 60_000);
  const waits: string[] = [];
  const waiting = ({ reason }: { reason: string }) => void waits.push(reason);
  const device = { url, code, deviceKey: deviceKey(), storage: watchedOutbox(), signal, waiting };
  const session = await enterExam(device).catch(async (error: unknown) => {
    await report('refused', { error: String(error), waits });
    throw error;
  });
  await (load === 1 ? firstLoad(session) : secondLoad(session));
}

main().catch((error: unknown) => (told.has('foreign') ? undefined : report('failed', String(error))));
