// One person with two devices, in any order of entering, coming back, losing the link, a proctor's release, being sent out and
// let in again: over production's own processes, against an oracle of a few lines. Whatever the order, one session is live at
// most, it is the one that the oracle says, and it alone can save.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { revisionOf } from '../../exam/revision.ts';
import { CLOSE } from '../../schema/close-codes.ts';
import { newId } from '../../schema/ids.ts';
import type { RefusalCode } from '../../schema/refusals.ts';
import type { EnterReply, Problem } from '../../schema/replies.ts';
import { holdsForAsync } from '../support/async-property.ts';
import { join, type Sitting } from '../support/hall.ts';
import { openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

const ROUNDS = 6;
const TIMEOUT_MS = 240_000;
/** Each shrinking needs a person of its own, too. */
const PEOPLE = 60;
type Device = 0 | 1;
type Step =
  | { readonly kind: 'enter' | 'come back'; readonly device: Device }
  | { readonly kind: 'drop' | 'answer' | 'release' | 'remove' | 'readmit' };

const device = fc.constantFrom<Device>(0, 1);
const own = (kind: 'enter' | 'come back') => fc.record({ kind: fc.constant(kind), device });
const other = (kind: 'drop' | 'answer' | 'release' | 'remove' | 'readmit') => fc.constant({ kind });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: own('enter') },
    { weight: 5, arbitrary: own('come back') },
    { weight: 2, arbitrary: other('drop') },
    { weight: 5, arbitrary: other('answer') },
    { weight: 3, arbitrary: other('release') },
    { weight: 1, arbitrary: other('remove') },
    { weight: 2, arbitrary: other('readmit') },
  ),
  { minLength: 15, maxLength: 30 },
);

/** What anybody would say who knows all of it. */
type Oracle = {
  fence: number;
  device: Device | undefined;
  entryId: string;
  isReleased: boolean;
  isOut: boolean;
};

describe('sessions of one person, in any order', function () {
  this.timeout(TIMEOUT_MS);
  let whole: WholeExam;
  let next = 0;
  before(async () => {
    whole = await openWholeExam('session-orders', { layout: 'one', examinees: PEOPLE });
    await whole.begin();
    const { roomId = '' } = whole.exam.rooms[0] ?? {};
    await until('the room runs', async () => (await whole.store.rooms.get(roomId))?.status === 'running');
  });
  after(() => whole?.stop());

  it('[S11] [S1] are one at a time: the one that the oracle says, and it alone saves', async () => {
    await holdsForAsync(
      fc.asyncProperty(steps, async (list) => {
        const run = createRun(whole, next++ % PEOPLE);
        for (const step of list) await run.take(step);
        await run.finish();
      }),
      ROUNDS,
      TIMEOUT_MS - 10_000,
    );
  });
});

function createRun(whole: WholeExam, index: number) {
  const { code = '', examineeId = '' } = whole.exam.roster[index] ?? {};
  const oracle: Oracle = { fence: 0, device: undefined, entryId: '', isReleased: false, isOut: false };
  /** What each device entered with last. */
  const pages: ({ readonly entryId: string; readonly fence: number } | undefined)[] = [undefined, undefined];
  const gone: { readonly sitting: Sitting; readonly code: number | undefined }[] = [];
  let live: Sitting | undefined;
  let counter = 0;

  async function ask(who: Device, entryId: string, fence?: number): Promise<EnterReply | RefusalCode> {
    const reply = await fetch(`${whole.system.url}/v1/enter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, deviceKey: `device-${who}-${examineeId}`, entryId, ...(fence ? { fence } : {}) }),
    });
    const body: unknown = await reply.json();
    return reply.ok ? (body as EnterReply) : (body as Problem).code;
  }

  /** What the oracle says about entering: a refusal, or nothing. */
  function refusalFor(who: Device, entryId: string, fence: number | undefined): RefusalCode | undefined {
    if (oracle.isOut) return 'EXAMINEE_REMOVED';
    if (oracle.entryId === entryId) return undefined;
    if (fence !== undefined && fence < oracle.fence) return 'SESSION_FENCED';
    const isAnother = oracle.device !== undefined && oracle.device !== who;
    return isAnother && !oracle.isReleased ? 'DEVICE_WAITING' : undefined;
  }

  async function enter(who: Device, entryId: string, fence?: number): Promise<void> {
    const refusal = refusalFor(who, entryId, fence);
    const reply = await ask(who, entryId, fence);
    if (typeof reply === 'string' || refusal !== undefined) return assert.equal(reply, refusal);
    const isRepeat = oracle.entryId === entryId;
    if (oracle.device !== undefined && oracle.device !== who) oracle.isReleased = false;
    Object.assign(oracle, { device: who, entryId, fence: isRepeat ? oracle.fence : oracle.fence + 1 });
    assert.equal(reply.examinee.fence, oracle.fence);
    pages[who] = { entryId, fence: oracle.fence };
    const before = live;
    live = await join(whole.system.url, reply.reservation, oracle.fence);
    if (before !== undefined) gone.push({ sitting: before, code: isRepeat ? CLOSE.replaced : CLOSE.fenced });
  }

  async function control(action: 'release' | 'remove' | 'readmit'): Promise<void> {
    const given = { roomId: whole.exam.rooms[0]?.roomId ?? '', examineeIds: [examineeId], reason: 'in any order' };
    await whole.admin.control(whole.exam.planId, { action, ...given });
  }

  async function remove(): Promise<void> {
    if (oracle.isOut || oracle.fence === 0) return;
    await control('remove');
    oracle.isOut = true;
    if (live === undefined) return;
    const { controlId } = await live.next('control.told', ({ action }) => action === 'remove');
    live.send('control.received', { controlIds: [controlId] });
    gone.push({ sitting: live, code: CLOSE.removed });
    live = undefined;
  }

  async function answer(): Promise<void> {
    if (live === undefined) return;
    const revision = revisionOf(oracle.fence, ++counter);
    live.send('answer.save', { answers: [{ item: 1, revision, response: 'A' }] });
    await live.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  }

  async function drop(): Promise<void> {
    if (live === undefined) return;
    await live.leave();
    gone.push({ sitting: live, code: undefined });
    live = undefined;
  }

  /** One is open at most, the others were told why they are not, and the store knows the same session. */
  async function compare(): Promise<void> {
    for (const { sitting, code: expected } of gone.splice(0)) {
      const closed = await sitting.closed;
      if (expected !== undefined) assert.equal(closed, expected);
    }
    if (live !== undefined) assert.ok(live.room.connection.isOpen, 'the live session is open');
    const stored = await whole.store.examinees.get(examineeId);
    assert.equal(stored?.fence, oracle.fence);
    assert.equal(stored?.status === 'removed', oracle.isOut);
  }

  return {
    async take(step: Step): Promise<void> {
      if (step.kind === 'enter') await enter(step.device, newId());
      if (step.kind === 'come back') {
        const page = pages[step.device];
        if (page !== undefined) await enter(step.device, page.entryId, page.fence);
      }
      if (step.kind === 'drop') await drop();
      if (step.kind === 'answer') await answer();
      if (step.kind === 'remove') await remove();
      if (step.kind === 'release' && !oracle.isOut) {
        await control('release');
        oracle.isReleased = true;
      }
      if (step.kind === 'readmit' && oracle.isOut) {
        await control('readmit');
        oracle.isOut = false;
      }
      await compare();
    },
    finish: drop,
  };
}
