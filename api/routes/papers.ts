// papers and keys: what is asked, and what is right. A paper is written once, and a repeat writes it again, because no answer
// with items may be kept; a key is a new version each time, and no route reads one back. Examinees get the paper of their own exam, and not before it runs.

import { admissionOf, notAdmitted } from '../../exam/admission.ts';
import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import { hasStarted } from '../../exam/paper-release.ts';
import { photoTypeOf } from '../../exam/photo.ts';
import { roomTime, startForLate } from '../../exam/timeline.ts';
import type { Item, KeyEntry } from '../../schema/answers.ts';
import { PaperList, ReasonQuery } from '../../schema/office.ts';
import { allowing, isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { KeyReply, PaperReply, PaperView } from '../../schema/replies.ts';
import { KeyBody, NoBody, NoParams, NoQuery, PaperBody, PaperParams } from '../../schema/requests.ts';
import { noteDecision } from '../decisions.ts';
import { derivedId } from '../derived-id.ts';
import { listRoute } from '../list-route.ts';
import { examineeOf, INSTALLATION, paperOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route, type Sender } from '../route.ts';
import { createShortCache } from '../short-cache.ts';
import { changedSince, tagOf, Versioned } from '../versions.ts';
import { paperView } from '../views.ts';
import { actorOf, type Subject } from '../who-is-it.ts';

/** Papers never change, so this only bounds how long one that nobody asks for stays in memory. */
const PAPER_LIFE_MS = 600_000;
const START_RETRY_MS = 1_000;

export function paperRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  const written = createShortCache(async (paperId) => {
    const paper = await paperOf(parts, paperId);
    return isRefusal(paper) ? paper : JSON.stringify(paperView(paper));
  }, PAPER_LIFE_MS);
  return [
    route({
      method: 'post',
      path: '/papers',
      tag: 'papers',
      summary: 'Stores a paper: its items, sections and pictures, without a key.',
      access: 'paper.write',
      params: NoParams,
      query: NoQuery,
      body: PaperBody,
      size: 'paper',
      reply: { status: 201, type: 'application/json', schema: PaperView },
      repeat: 'again',
      refusals: [],
      target: () => INSTALLATION,
      async handle({ subject, body, seed, now }) {
        const items = body.items.toSorted((a, b) => a.number - b.number);
        const { name, sections, pictures, rehearsal } = body;
        const other = pictures.findIndex(({ type, data }) => photoTypeOf(Buffer.from(data, 'base64')) !== type);
        const type = pictures[other]?.type;
        if (type !== undefined)
          return allowing([type], refuse('REQUEST_INVALID', `body.pictures.${other}.data: it is no ${type}.`));
        const paper = { _id: derivedId(seed), name, items, sections, pictures, rehearsal, createdAt: new Date(now) };
        await store.papers.create(paper, actorOf(subject));
        return { ...paperView(paper), keyVersion: 0 };
      },
    }),
    route({
      method: 'get',
      path: '/papers/:paperId',
      tag: 'papers',
      summary: 'A paper, and the version of its key.',
      access: 'paper.read',
      params: PaperParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: PaperView },
      repeat: 'keyless',
      version: 'shown',
      refusals: ['PAPER_UNKNOWN'],
      target: () => INSTALLATION,
      async handle({ params }) {
        const paper = await paperOf(parts, params.paperId);
        if (isRefusal(paper)) return paper;
        const keyVersion = (await store.keys.newest(paper._id))?.version ?? 0;
        return new Versioned({ ...paperView(paper), keyVersion }, versionOfPaper(paper._id, keyVersion));
      },
    }),
    listRoute('papers', {
      path: '/papers',
      tag: 'papers',
      summary: 'Papers, without what is asked.',
      access: 'paper.write',
      params: NoParams,
      schema: PaperList,
      refusals: [],
      target: () => INSTALLATION,
      read: ({ query }) => store.papers.list(query),
      view: ({ _id: paperId, name, rehearsal = false, createdAt }) => {
        return { paperId, name, rehearsal, createdAt: createdAt.getTime() };
      },
    }),
    route({
      method: 'delete',
      path: '/papers/:paperId',
      tag: 'papers',
      summary: 'Removes a paper that no plan names, with its keys.',
      access: 'paper.write',
      params: PaperParams,
      query: ReasonQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'keyless',
      version: 'asked',
      refusals: ['PAPER_UNKNOWN', 'PAPER_IN_USE'],
      target: () => INSTALLATION,
      handle: ({ subject, params, query, ifMatch, now }) =>
        removePaper(parts, subject, params.paperId, query.reason, ifMatch, now),
    }),
    route({
      method: 'put',
      path: '/papers/:paperId/key',
      tag: 'papers',
      summary: 'Stores the key of a paper as its next version; the same entries again change nothing.',
      access: 'key.write',
      params: PaperParams,
      query: NoQuery,
      body: KeyBody,
      size: 'import',
      reply: { status: 200, type: 'application/json', schema: KeyReply },
      repeat: 'keyless',
      refusals: ['PAPER_UNKNOWN', 'ITEM_UNKNOWN'],
      target: () => INSTALLATION,
      async handle({ subject, params, body }) {
        const paper = await paperOf(parts, params.paperId);
        if (isRefusal(paper)) return paper;
        const unfit = misfit(paper.items, body.entries);
        if (unfit) return unfit;
        const { paperId, version, entries } = await store.keys.put(paper._id, body.entries, actorOf(subject));
        return { paperId, version, entryCount: entries.length };
      },
    }),
    route({
      method: 'get',
      path: '/paper',
      tag: 'enter',
      summary: "The paper of the examinee's own exam, once the room runs.",
      access: 'paper.read',
      params: NoParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: PaperReply },
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN', 'EXAMINEE_REMOVED', 'ROOM_NOT_RUNNING', 'ADMISSION_PENDING', 'PAPER_UNKNOWN'],
      target: ({ subject }) => ({ of: 'examinee', examineeId: subject.subjectId }),
      async handle({ subject, now }) {
        if (subject.role !== 'examinee') return refuse('PERMISSION_DENIED', 'Read it as one of the papers.');
        const paperId = await paperIdFor(parts, subject.subjectId, now);
        const text = isRefusal(paperId) ? paperId : await written.get(paperId);
        if (isRefusal(text)) return text;
        const send: Sender = (response) => void response.type('application/json').send(text);
        return send;
      },
    }),
  ];
}

const NAMED_PLANS = 5;

function versionOfPaper(paperId: string, keyVersion: number): string {
  return tagOf(paperId, keyVersion);
}

async function removePaper(
  parts: ApiParts,
  subject: Subject,
  paperId: string,
  reason: string,
  ifMatch: string | undefined,
  at: number,
): Promise<Refusal | undefined> {
  const { store } = parts;
  const paper = await paperOf(parts, paperId);
  if (isRefusal(paper)) return paper;
  const keyVersion = (await store.keys.newest(paperId))?.version ?? 0;
  const other = changedSince(ifMatch, new Versioned(undefined, versionOfPaper(paperId, keyVersion)));
  if (other) return other;
  const plans = await store.plans.namesOf(paperId, NAMED_PLANS);
  const inTheWay = `Plans: ${plans.map(({ _id, status }) => `${_id} (${status})`).join(', ')}.`;
  if (plans.length > 0) return refuse('PAPER_IN_USE', inTheWay);
  const data = { keys: keyVersion, reason };
  const decision = { planId: INSTALLATION_CHAIN, source: `paper.removed.${paperId}`, kind: 'paper.removed', at, data };
  await noteDecision(parts, decision, subject, paperId);
  return (await store.papers.remove(paperId)) ? undefined : refuse('PAPER_IN_USE', 'A plan was made with it just now.');
}

/** The instant of the start is what counts: the room's status follows it by a moment. */
async function paperIdFor(parts: ApiParts, examineeId: string, now: number): Promise<string | Refusal> {
  const examinee = await examineeOf(parts, examineeId);
  if (isRefusal(examinee)) return examinee;
  if (examinee.status === 'removed') return refuse('EXAMINEE_REMOVED');
  const [plan, room] = await Promise.all([parts.planSoon.get(examinee.planId), parts.roomSoon.get(examinee.roomId)]);
  if (plan === null || room === null) return refuse('EXAMINEE_UNKNOWN');
  if (!hasStarted(room, now)) return refuse('ROOM_NOT_RUNNING', undefined, START_RETRY_MS);
  return notAdmitted(admissionOf(plan, examinee, startForLate(roomTime(room, plan), now), now)) ?? plan.paperId;
}

function misfit(items: readonly Item[], entries: readonly KeyEntry[]): Refusal | undefined {
  const known = new Map(items.map((item) => [item.number, item]));
  for (const entry of entries) {
    const item = known.get(entry.item);
    if (item === undefined) return refuse('ITEM_UNKNOWN', `Item ${entry.item}.`);
    if (item.kind !== entry.kind)
      return allowing([item.kind], refuse('REQUEST_INVALID', `Item ${entry.item} is ${item.kind}, not ${entry.kind}.`));
    const options = new Set(item.options.map((option) => option.id));
    const missing = chosenBy(entry).find((option) => !options.has(option));
    if (missing !== undefined) {
      const told = `Item ${entry.item} has no option ${JSON.stringify(missing)}.`;
      return allowing([...options], refuse('REQUEST_INVALID', told));
    }
  }
  return undefined;
}

function chosenBy(entry: KeyEntry): readonly string[] {
  switch (entry.kind) {
    case 'singleChoice':
      return [entry.correct, ...(entry.alsoCorrect ?? [])];
    case 'multipleChoice':
      return entry.correct;
    case 'shortText':
    case 'number':
    case 'essay':
    case 'file':
      return [];
  }
}
