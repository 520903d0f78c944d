// The world around one sheet: sessions that write, a queue, a store, acknowledgements, a clock; and what must hold of the
// sheet after every step, told without looking into it. Called by answer-sheet.model.test.ts alone.

import assert from 'node:assert/strict';
import {
  type AnswerSheet,
  createSheet,
  decideAnswer,
  decideSubmit,
  holds,
  noteConflict,
  noteDurable,
  noteFailed,
  noteTaken,
  savedCount,
  vectorOf,
} from '../../exam/answer-sheet.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { fenceOf, revisionOf } from '../../exam/revision.ts';
import { type Answer, Item } from '../../schema/answers.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { RoomState } from '../../schema/states.ts';

export const ITEMS = [1, 2, 3].map((number) =>
  Item.parse({ number, name: `q${number}`, kind: 'singleChoice', options: [{ id: 'A' }, { id: 'B' }, { id: 'C' }] }),
);
const START = 1_800_000_000_000;
const DURATION_MS = 60_000;

/** What may happen next; `pick` chooses among what there is, modulo its count. */
export type Step =
  | { do: 'write'; item: number; choice: string }
  | { do: 'resend'; pick: number }
  | { do: 'tamper'; pick: number; choice: string }
  | { do: 'insert' | 'acknowledge'; pick: number; again: boolean }
  | { do: 'loseJob' | 'loseAcknowledgement' | 'failJob'; pick: number }
  | { do: 'addAgain' | 'readStore' | 'enter' | 'rebuild' | 'start' | 'end' }
  | { do: 'submit'; pick: number }
  | { do: 'wait'; ms: number };

type Job = { readonly item: number; readonly revision: number; readonly hash: string };
type Acknowledgement = Job & { readonly conflict: boolean };
export type World = {
  sheet: AnswerSheet;
  fence: number;
  counter: number;
  now: number;
  status: RoomState;
  end: 'open' | 'submitting' | 'ended';
  named: [number, number][];
  readonly written: Answer[];
  readonly jobs: Job[];
  readonly acknowledgements: Acknowledgement[];
  /** 'item.revision' → hash: what is durable. */
  readonly store: Map<string, string>;
  /** 'item.revision' that this room has heard to be durable, or was born with. */
  heard: Set<string>;
  /** Of these it heard by a conflict alone, so it does not know the content. */
  unknown: Set<string>;
  /** What this room took and has not heard of. */
  waiting: Map<number, Job>;
  /** How often each thing happened, so that the test can tell that it did. */
  readonly counts: Map<string, number>;
};

/** A running room with an empty sheet. */
export function newWorld(counts: Map<string, number>): World {
  const empty = {
    written: [],
    jobs: [],
    acknowledgements: [],
    store: new Map(),
    heard: new Set<string>(),
    unknown: new Set<string>(),
    waiting: new Map(),
  };
  return {
    sheet: createSheet(1),
    fence: 1,
    counter: 0,
    now: START,
    status: 'running',
    end: 'open',
    named: [],
    counts,
    ...empty,
  };
}

/** Does one step, and checks all that must hold during it and after it. */
export function step(world: World, next: Step): void {
  switch (next.do) {
    case 'write':
      return afterwards(world, () => write(world, next.item, next.choice));
    case 'resend':
      return afterwards(world, () => withPick(world.written, next.pick, (answer) => send(world, answer, 'again')));
    case 'tamper':
      return afterwards(world, () =>
        withPick(world.written, next.pick, (answer) => send(world, { ...answer, response: next.choice }, 'again')),
      );
    case 'insert':
      return afterwards(world, () => insert(world, next.pick, next.again));
    case 'acknowledge':
      return afterwards(world, () => acknowledge(world, next.pick, next.again));
    case 'loseJob':
      return void remove(world.jobs, next.pick);
    case 'loseAcknowledgement':
      return void remove(world.acknowledgements, next.pick);
    case 'failJob':
      return afterwards(world, () => failJob(world, next.pick));
    case 'addAgain':
      return void world.jobs.push(...world.waiting.values());
    case 'readStore':
      return afterwards(world, () => readStore(world));
    case 'enter':
      return afterwards(world, () => enter(world));
    case 'rebuild':
      return afterwards(world, () => rebuild(world));
    case 'submit':
      return afterwards(world, () => submit(world, next.pick));
    case 'start':
    case 'end':
      return afterwards(world, () => {
        world.status = next.do === 'start' ? 'running' : 'ended';
      });
    case 'wait':
      return afterwards(world, () => {
        world.now += next.ms;
      });
  }
}

/** Lets everything that is under way arrive, and checks what must be true then. */
export function settle(world: World): void {
  for (let round = 0; round < 2; round++) {
    step(world, { do: 'addAgain' });
    while (world.jobs.length > 0) step(world, { do: 'insert', pick: 0, again: false });
    while (world.acknowledgements.length > 0) step(world, { do: 'acknowledge', pick: 0, again: false });
  }
  assert.notEqual(world.end, 'submitting', 'a submit that was told to wait must end');
  assert.equal(world.sheet.pending.size, 0);
  readStore(world);
  assert.deepEqual(vectorOf(world.sheet), newestOf(world), 'the highest durable revision of every item');
}

function write(world: World, item: number, choice: string): void {
  world.counter++;
  const answer = { item, revision: revisionOf(world.fence, world.counter), response: choice };
  world.written.push(answer);
  send(world, answer, 'first');
}

function send(world: World, answer: Answer, time: 'first' | 'again'): void {
  const item = ITEMS.find(({ number }) => number === answer.item);
  const deadlineAt = START + DURATION_MS;
  const window = { status: world.status, startsAt: START, deadlineAt, heldSince: 0, locked: false };
  const result = decideAnswer(world.sheet, item, answer, window, world.now);
  const job: Job = { item: answer.item, revision: answer.revision, hash: contentHash(answer.response) };
  const inTime = world.status === 'running' && world.now < deadlineAt && world.end === 'open';
  const mayTake = inTime && fenceOf(answer.revision) === world.fence;
  if (isRefusal(result)) {
    count(world, result.refused);
    assert.ok(
      !knows(world, job) || world.store.get(nameOf(job)) !== job.hash,
      `refused what is saved: ${result.refused}`,
    );
    if (result.refused === 'ANSWER_CONFLICT') assert.ok(isOther(world, job), 'a conflict with nothing');
    else assert.ok(!mayTake, `refused ${result.refused} what it should take`);
    return;
  }
  count(world, result.verdict);
  assert.equal(result.hash, job.hash);
  if (time === 'first' && mayTake) assert.equal(result.verdict, 'take');
  switch (result.verdict) {
    case 'take':
      assert.ok(mayTake, 'took an answer outside its time or session');
      assert.ok(!knows(world, job) && !world.waiting.has(job.revision), 'took a repeat as new');
      noteTaken(world.sheet, job.item, job.revision, job.hash, 1);
      world.waiting.set(job.revision, job);
      world.jobs.push(job);
      return;
    case 'pending':
      return assert.deepEqual(world.waiting.get(job.revision), job, 'pending is only what was taken');
    case 'saved':
      return assert.equal(world.store.get(nameOf(job)), job.hash, 'saved is only what is stored with this content');
    case 'superseded':
      return assert.ok(newestOf(world).some(([number, newest]) => number === job.item && newest > job.revision));
  }
}

/** Whether the room knows that this revision is durable, and with which content. */
function knows(world: World, job: Job): boolean {
  return world.heard.has(nameOf(job)) && !world.unknown.has(nameOf(job));
}

/** Whether another content of this revision is stored or under way. */
function isOther(world: World, job: Job): boolean {
  const stored = world.store.get(nameOf(job));
  const waiting = world.waiting.get(job.revision);
  return (stored !== undefined && stored !== job.hash) || (waiting !== undefined && waiting.hash !== job.hash);
}

function insert(world: World, pick: number, again: boolean): void {
  const job = again ? world.jobs[pick % world.jobs.length] : remove(world.jobs, pick);
  if (job === undefined) return;
  const stored = world.store.get(nameOf(job)) ?? job.hash;
  world.store.set(nameOf(job), stored);
  world.acknowledgements.push({ ...job, conflict: stored !== job.hash });
}

/** The store can never take it; all copies of the job are given up. The session is told, so it no longer names it. */
function failJob(world: World, pick: number): void {
  const job = world.jobs[pick % world.jobs.length];
  if (job === undefined || world.store.has(nameOf(job))) return;
  const same = (other: Job): boolean => nameOf(other) === nameOf(job);
  for (let index = world.jobs.length - 1; index >= 0; index--)
    if (same(world.jobs[index] ?? job)) world.jobs.splice(index, 1);
  const index = world.written.findIndex(({ item, revision }) => same({ ...job, item, revision }));
  if (index >= 0) world.written.splice(index, 1);
  if (!world.waiting.delete(job.revision)) return;
  count(world, 'failed');
  noteFailed(world.sheet, job.revision);
  const named = world.named.some(([item, revision]) => item === job.item && revision === job.revision);
  if (named && world.end === 'submitting') {
    world.end = 'open';
    world.sheet.phase = 'in-progress';
  }
}

function acknowledge(world: World, pick: number, again: boolean): void {
  const list = world.acknowledgements;
  const told = again ? list[pick % list.length] : remove(list, pick);
  if (told === undefined) return;
  if (told.conflict) {
    count(world, 'conflict acknowledged');
    if (world.waiting.get(told.revision)?.hash !== told.hash) return;
    world.waiting.delete(told.revision);
    if (!world.heard.has(nameOf(told))) world.unknown.add(nameOf(told));
    world.heard.add(nameOf(told));
    return noteConflict(world.sheet, told.revision);
  }
  hear(world, told);
}

function hear(world: World, job: Job): void {
  const newerKnown = [...world.waiting.values(), ...heardJobs(world)].some(
    (other) => other.item === job.item && other.revision > job.revision,
  );
  const newerHeard = heardJobs(world).some((other) => other.item === job.item && other.revision > job.revision);
  world.waiting.delete(job.revision);
  world.heard.add(nameOf(job));
  world.unknown.delete(nameOf(job));
  const result = noteDurable(world.sheet, job.item, job.revision, job.hash);
  count(world, `durable ${result}`);
  assert.equal(world.store.get(nameOf(job)), job.hash);
  const older = fenceOf(job.revision) < world.fence;
  assert.equal(result, newerHeard ? 'superseded' : older && !newerKnown ? 'current' : 'saved');
}

function heardJobs(world: World): { item: number; revision: number }[] {
  return [...world.heard].map(partsOf);
}

function readStore(world: World): void {
  for (const [item, revision] of newestOf(world))
    hear(world, { item, revision, hash: world.store.get(`${item}.${revision}`) ?? '' });
}

function enter(world: World): void {
  world.fence++;
  world.counter = 0;
  world.sheet.fence = world.fence;
}

/** The room dies: what it knew is gone, also whom to acknowledge to; what is queued stays queued. */
function rebuild(world: World): void {
  const before = vectorOf(world.sheet);
  const all = [...world.store].map(([name, hash]) => ({ ...partsOf(name), hash }));
  world.sheet = createSheet(world.fence, all.reverse());
  world.heard = new Set(world.store.keys());
  world.unknown = new Set();
  world.waiting = new Map();
  world.acknowledgements.length = 0;
  if (world.end === 'submitting') world.end = 'open';
  if (world.end === 'ended') world.sheet.phase = 'submitted';
  const after = new Map(vectorOf(world.sheet));
  for (const [item, revision] of before) assert.ok((after.get(item) ?? 0) >= revision, 'a rebuild went back');
}

/** Names what the session wrote last, or any of its own; never what was refused to it. */
function submit(world: World, pick: number): void {
  const own = world.written.filter(({ revision }) => fenceOf(revision) === world.fence);
  const first = own.length === 0 ? 0 : pick % own.length;
  const newest = new Map(own.slice(first).map(({ item, revision }): [number, number] => [item, revision]));
  const named = [...newest];
  const wasSubmitting = world.end === 'submitting';
  const result = decideSubmit(
    world.sheet,
    named,
    { status: world.status, startsAt: START, deadlineAt: START + DURATION_MS, heldSince: 0, locked: false },
    world.now,
  );
  if (isRefusal(result)) {
    count(world, `submit ${result.refused}`);
    if (result.refused !== 'SUBMIT_INCOMPLETE')
      return assert.ok(world.end === 'ended' || world.now >= START + DURATION_MS || world.status !== 'running');
    const arrived = (item: number, revision: number) =>
      [...world.waiting.values(), ...heardJobs(world)].some((job) => job.item === item && job.revision >= revision);
    return assert.deepEqual(
      'missing' in result ? result.missing : [],
      named.filter(([item, revision]) => !arrived(item, revision)).map(([item]) => item),
    );
  }
  assert.notEqual(world.end, 'ended', 'submitted twice');
  assert.ok(
    wasSubmitting || (world.status === 'running' && world.now < START + DURATION_MS),
    'submitted outside its time',
  );
  count(world, `submit ${result.verdict}`);
  world.named = named;
  world.end = 'submitting';
  world.sheet.phase = 'submitting';
  if (result.verdict === 'wait')
    assert.ok(
      !coveredBy(
        newestOf(world).filter((row) => isHeard(world, row)),
        named,
      ),
      'waits for nothing',
    );
  endIfHeld(world);
}

function endIfHeld(world: World): void {
  if (world.end !== 'submitting' || !holds(world.sheet, world.named)) return;
  count(world, 'submitted');
  assert.ok(coveredBy(vectorOf(world.sheet), world.named), 'a named revision is not in the vector');
  world.end = 'ended';
  world.sheet.phase = 'submitted';
}

function isHeard(world: World, [item, revision]: [number, number]): boolean {
  return world.heard.has(`${item}.${revision}`);
}

function coveredBy(vector: readonly [number, number][], named: readonly [number, number][]): boolean {
  return named.every(([item, revision]) => vector.some(([number, held]) => number === item && held >= revision));
}

/** What holds after every step, whatever it was. */
function afterwards(world: World, act: () => void): void {
  act();
  endIfHeld(world);
  const vector = vectorOf(world.sheet);
  assert.equal(savedCount(world.sheet), vector.length);
  assert.deepEqual(
    vector,
    [...vector].sort(([a], [b]) => a - b),
  );
  for (const [item, revision] of vector)
    assert.ok(world.store.has(`${item}.${revision}`), 'the vector holds what is not durable');
  for (const { item, revision } of heardJobs(world)) {
    assert.ok(
      vector.some(([number, held]) => number === item && held >= revision),
      'the vector lost a durable revision',
    );
  }
}

function newestOf(world: World): [number, number][] {
  const newest = new Map<number, number>();
  for (const { item, revision } of [...world.store.keys()].map(partsOf))
    newest.set(item, Math.max(revision, newest.get(item) ?? 0));
  return [...newest].sort(([a], [b]) => a - b);
}

function partsOf(name: string): { item: number; revision: number } {
  const [item = 0, revision = 0] = name.split('.').map(Number);
  return { item, revision };
}

function nameOf(job: { item: number; revision: number }): string {
  return `${job.item}.${job.revision}`;
}

function withPick<T>(list: readonly T[], pick: number, act: (chosen: T) => void): void {
  const chosen = list[pick % list.length];
  if (chosen !== undefined) act(chosen);
}

function remove<T>(list: T[], pick: number): T | undefined {
  return list.length === 0 ? undefined : list.splice(pick % list.length, 1)[0];
}

function count(world: World, what: string): void {
  world.counts.set(what, (world.counts.get(what) ?? 0) + 1);
}
