// Controls over people in any order, between answers, submits and rebuilds, over real parts: whatever the order, nothing is
// saved once a person's part is over, no sheet loses its highest revision, and store and room say the same state, by the
// table alone.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import fc from 'fast-check';
import { revisionOf } from '../../exam/revision.ts';
import { allowedFrom } from '../../exam/transitions.ts';
import type { ControlAction } from '../../schema/controls.ts';
import { newId } from '../../schema/ids.ts';
import type { Outgoing } from '../../schema/messages.ts';
import { EXAMINEE_STATES, type ExamineeState } from '../../schema/states.ts';
import { holdsForAsync } from '../support/async-property.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

const TIMEOUT_MS = 300_000;
const PEOPLE = 2;
const ROUNDS = 5;
const FOR_ALL = ['pause', 'resume', 'resume', 'end', 'reopen', 'reopen', 'reopen', 'extend'] as const;
const BY_NAME = [
  'lock',
  'unlock',
  'unlock',
  'remove',
  'readmit',
  'readmit',
  'readmit',
  'submit',
  'admit',
  'refuse',
] as const;
type Step =
  | { readonly kind: 'answer' | 'hand in' | 'enter'; readonly who: number }
  | { readonly kind: 'all'; readonly action: (typeof FOR_ALL)[number]; readonly extraMs: number }
  | {
      readonly kind: 'named';
      readonly action: (typeof BY_NAME)[number];
      readonly who: number;
      readonly extraMs: number;
    }
  | { readonly kind: 'rebuild' };

const who = fc.nat(PEOPLE - 1);
const extraMs = fc.constantFrom(0, 60_000);
const own = (kind: 'answer' | 'hand in' | 'enter') => fc.record({ kind: fc.constant(kind), who });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: own('answer') },
    { weight: 1, arbitrary: own('hand in') },
    { weight: 3, arbitrary: own('enter') },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('all' as const), action: fc.constantFrom(...FOR_ALL), extraMs }),
    },
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('named' as const), action: fc.constantFrom(...BY_NAME), who, extraMs }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'rebuild' as const }) },
  ),
  { minLength: 20, maxLength: 40 },
);

const EVERYBODY_IS_IN = [0, 1].flatMap((who): Step[] => [
  { kind: 'enter', who },
  { kind: 'named', action: 'admit', who, extraMs: 0 },
  { kind: 'answer', who },
]);

describe('controls over people, in any order', function () {
  this.timeout(TIMEOUT_MS);
  let hall: Hall;
  before(async () => {
    hall = await openHall('people-orders');
  });
  after(() => hall.stop());

  it('save nothing once somebody’s part is over, lose no revision, and keep to the table', async () => {
    const admission = fc.constantFrom('open' as const, 'by-proctor' as const);
    await holdsForAsync(
      fc.asyncProperty(admission, steps, async (rule, list) => {
        const exam = await hall.exam({ examinees: PEOPLE, rules: { admission: rule } });
        await hall.begin(exam);
        const run = await createRun(hall, exam);
        for (const step of [...EVERYBODY_IS_IN, ...list]) await run.take(step);
        await run.finish();
      }),
      ROUNDS,
      TIMEOUT_MS - 20_000,
    );
  });
});

/** One exam under these steps, with what has been told of it. */
async function createRun(hall: Hall, exam: Exam) {
  const { roomId } = exam;
  let boss = await hall.watch(exam);
  const sittings: (Sitting | undefined)[] = [];
  const highest = Array.from({ length: PEOPLE }, () => 0);
  const known: ExamineeState[] = Array.from({ length: PEOPLE }, () => 'registered');
  let counter = 0;
  const idOf = (index: number): string => exam.examinees[index]?._id ?? '';

  async function stored(index: number) {
    const examinee = await hall.store.examinees.get(idOf(index));
    assert.ok(examinee !== null);
    return examinee;
  }

  async function answer(index: number): Promise<void> {
    const sitting = sittings[index];
    if (sitting === undefined || !sitting.room.connection.isOpen) return;
    const [room, before] = [await hall.store.rooms.get(roomId), await stored(index)];
    const revision = revisionOf(sitting.fence, ++counter);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'A' }] });
    const isNamed = (one: readonly (readonly [number, number])[]) => one.some(([, other]) => other === revision);
    const outcome = await Promise.race([
      sitting.next('answer.saved', ({ saved }) => isNamed(saved)).then(() => 'saved'),
      sitting
        .next('answer.refused', ({ refused }) => refused.some((one) => one.revision === revision))
        .then(({ refused }) => refused[0]?.code),
      sitting.closed.then(() => 'closed'),
    ]);
    if (outcome !== 'saved') return;
    highest[index] = revision;
    assert.ok(!['submitted', 'timed-out', 'removed', 'absent'].includes(before.status), `saved while ${before.status}`);
    assert.notEqual(before.admission?.is, 'refused', 'saved of somebody who was refused');
    assert.equal(room?.status, 'running', 'saved while the room stands or has ended');
  }

  /** As a proctor's page does: what the room has no room for just now is sent again when it says. */
  async function issue(action: ControlAction, given: Record<string, unknown>): Promise<Outgoing['control.applied']> {
    const controlId = newId();
    for (;;) {
      boss.send('control.issue', { controlId, action, reason: 'in any order', ...given });
      await until(() => boss.received.some((one) => isOutcome(one, controlId)));
      const outcome = boss.received.find((one) => isOutcome(one, controlId));
      if (outcome?.type !== 'refused') return outcome?.message as unknown as Outgoing['control.applied'];
      boss.received.splice(boss.received.indexOf(outcome), 1);
      const { code, message, retryAfterMs } = outcome.message as Outgoing['refused'];
      assert.equal(code, 'BUSY', message);
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }

  function isOutcome({ type, message }: Sitting['received'][number], controlId: string): boolean {
    if (type === 'refused') return (message as Outgoing['refused']).type === 'control.issue';
    const applied = message as Outgoing['control.applied'];
    return type === 'control.applied' && applied.controlId === controlId && applied.state !== 'pending';
  }

  function givenFor({ action, extraMs }: { readonly action: ControlAction; readonly extraMs: number }) {
    if (action === 'extend') return { extraMs: 60_000 };
    if (action === 'refuse') return { ground: 'other' };
    return extraMs > 0 && (action === 'reopen' || action === 'readmit') ? { extraMs } : {};
  }

  /** As the api does: not while somebody is out, or over. */
  async function enter(index: number): Promise<void> {
    const [room, { status, admission }] = [await hall.store.rooms.get(roomId), await stored(index)];
    const isOut = ['submitted', 'timed-out', 'removed'].includes(status) || admission?.is === 'refused';
    if (room?.status !== 'ended' && !isOut) sittings[index] = await hall.sit(exam, index);
  }

  async function rebuild(): Promise<void> {
    const before = matchMaker.getLocalRoomById(roomId);
    before?.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(roomId) !== before);
    boss = await hall.watch(exam);
  }

  /** When all is said and stored, room and store have one state, and it has come about by rows of the table. */
  async function compare(): Promise<void> {
    const board = (): Map<string, { status: string }> | undefined =>
      (boss.room.state as { board?: Map<string, { status: string }> }).board;
    for (let index = 0; index < PEOPLE; index++) {
      await until(async () => board()?.get(idOf(index))?.status === (await stored(index)).status);
      const { status } = await stored(index);
      assert.ok(isReachable(known[index] ?? 'registered', status), `${known[index]} became ${status}`);
      known[index] = status;
    }
  }

  return {
    async take(step: Step): Promise<void> {
      if (step.kind === 'answer') await answer(step.who);
      if (step.kind === 'enter') await enter(step.who);
      if (step.kind === 'hand in') sittings[step.who]?.send('sheet.submit', { revisions: [] });
      if (step.kind === 'rebuild') await rebuild();
      if (step.kind === 'all') await issue(step.action, givenFor(step));
      if (step.kind === 'named') await issue(step.action, { examineeIds: [idOf(step.who)], ...givenFor(step) });
      await compare();
    },
    async finish(): Promise<void> {
      await issue('end', {});
      await until(async () => (await hall.store.rooms.get(roomId))?.settledAt !== 0);
      for (let index = 0; index < PEOPLE; index++) {
        const sheet = await hall.store.sheets.get(idOf(index));
        const { status } = await stored(index);
        if (status === 'absent') assert.equal(sheet?.state, 'empty');
        else assert.match(sheet?.state ?? '', /^(settled|scored)$/, status);
        const current = sheet?.vector?.find(([item]) => item === 1)?.[1] ?? 0;
        assert.equal(current, highest[index], 'the sheet has the highest revision that was saved');
      }
      for (const sitting of sittings) if (sitting?.room.connection.isOpen) await sitting.leave();
      await boss.leave();
    },
  };
}

/** Whether rows of the table lead from one state to the other; several may have followed each other. */
function isReachable(from: ExamineeState, to: ExamineeState): boolean {
  const seen = new Set<ExamineeState>([from]);
  for (const _ of EXAMINEE_STATES)
    for (const state of [...seen]) for (const next of allowedFrom('examinee', state)) seen.add(next);
  return seen.has(to);
}
