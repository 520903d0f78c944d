// [S17] Answers over HTTP into a room whose socket is dead: the same rules as over the socket, and, where nobody leads the
// room, by what is stored. Over real MongoDB, Redis, sockets and workers.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import fc from 'fast-check';
import { fenceOf, revisionOf } from '../../exam/revision.ts';
import type { Response } from '../../schema/answers.ts';
import type { ControlAction } from '../../schema/controls.ts';
import { newId } from '../../schema/ids.ts';
import type { RefusedAnswer, SentAnswer } from '../../schema/messages.ts';
import type { Navigation } from '../../schema/navigation.ts';
import type { Asker } from '../../schema/over-http.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { AnswersReply } from '../../schema/replies.ts';
import type { BoardRow, ExamRoomState } from '../../schema/room-state.ts';
import { seed } from '../exam/seed.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('answers over HTTP', function () {
  this.timeout(40_000);
  let hall: Hall;
  let mayTake = true;
  before(async () => {
    hall = await openHall('over-http', { mayTakeRooms: () => mayTake });
  });
  afterEach(() => {
    mayTake = true;
  });
  after(() => hall.stop());

  const idOf = (exam: Exam, index = 0) => exam.examinees[index]?._id ?? '';
  const place = ({ roomId }: Exam, isSettled = false) => ({ roomId, isSettled });
  const stored = (exam: Exam, index = 0) => hall.store.answers.history(exam.planId, idOf(exam, index));
  async function running(given: Parameters<Hall['exam']>[0] = {}): Promise<Exam> {
    const exam = await hall.exam(given);
    await hall.begin(exam);
    return exam;
  }
  /** Somebody who has entered, and whose socket never opens. */
  async function comeIn(exam: Exam, index = 0): Promise<Asker> {
    const entered = await hall.store.examinees.enter(idOf(exam, index), newId(), 'device');
    return { examineeId: idOf(exam, index), fence: entered?.fence ?? 0, deviceKey: 'device' };
  }
  const answer = ({ fence }: { fence: number }, counter: number, item = 1, response: Response = 'A'): SentAnswer => {
    return { item, revision: revisionOf(fence, counter), response };
  };
  async function save(exam: Exam, asker: Asker, answers: SentAnswer[], road = hall.road): Promise<AnswersReply> {
    const reply = await road.answers(place(exam), asker, answers);
    if (isRefusal(reply)) throw new Error(reply.refused);
    return reply;
  }
  const fates = (reply: AnswersReply) => fatesFrom(reply.saved, reply.superseded, reply.pending, reply.refusals);
  function fatesFrom(
    saved: readonly (readonly [number, number])[],
    superseded: readonly (readonly [number, number])[],
    pending: readonly (readonly [number, number])[],
    refused: readonly Pick<RefusedAnswer, 'revision' | 'code' | 'retry'>[],
  ): Map<number, string> {
    return new Map([
      ...saved.map(([, revision]) => [revision, 'saved'] as const),
      ...superseded.map(([, revision]) => [revision, 'superseded'] as const),
      ...pending.map(([, revision]) => [revision, 'pending'] as const),
      ...refused.map(({ revision, code, retry }) => [revision, `${code} ${retry}`] as const),
    ]);
  }
  /**
   * What the room says to these. Where an older one is told superseded at once and kept all the same, it waits until that is
   * settled, too: what is told of it then would else come in the middle of a later question.
   */
  async function overSocket(sitting: Sitting, answers: SentAnswer[], isHeld = false): Promise<Map<number, string>> {
    const told = new Map<number, string>();
    const counts = new Map<number, number>();
    sitting.received.length = 0;
    sitting.send('answer.save', { answers });
    await until(() => {
      for (const { type, message } of sitting.received.splice(0)) {
        const { saved = [], superseded = [], refused = [] } = type.startsWith('answer.') ? (message as never) : {};
        for (const [revision, fate] of fatesFrom(saved, superseded, [], refused)) {
          if (!told.has(revision)) told.set(revision, fate);
          counts.set(revision, (counts.get(revision) ?? 0) + 1);
        }
      }
      return answers.every(({ revision }) => {
        const isKept = told.get(revision) === 'superseded' && !isHeld && fenceOf(revision) === sitting.fence;
        return (counts.get(revision) ?? 0) >= (isKept ? 2 : 1);
      });
    });
    return told;
  }
  const shown = ({ roomId }: Exam) => matchMaker.getLocalRoomById(roomId)?.state as ExamRoomState | undefined;
  /** What is stored first is applied a moment later. */
  const APPLIED: { [A in ControlAction]?: (state: ExamRoomState) => boolean } = {
    pause: ({ status }) => status === 'paused',
    resume: ({ status }) => status === 'running',
    lock: ({ locked }) => locked,
    unlock: ({ locked }) => !locked,
  };
  const control = async (exam: Exam, action: ControlAction, given = {}) => {
    const { _id } = await hall.control(exam, action, given);
    await until(async () => (await hall.store.controls.receipts(_id)).length > 0);
    await until(async () => (await hall.store.rooms.get(exam.roomId))?.appliedControls.includes(_id) === true);
    await until(() => {
      const state = shown(exam);
      return state === undefined || APPLIED[action]?.(state) !== false;
    });
  };

  type Order = { readonly kind: 'pause' | 'resume' | 'lock' | 'unlock' };
  type Sending =
    | { readonly kind: 'new' | 'unfit' | 'unknown' | 'room' | 'foreign' | 'outdated'; readonly item: number }
    | { readonly kind: 'again' | 'other content'; readonly back: number };
  type Step = Sending | Order;
  const isOrder = (step: Step): step is Order => !('item' in step) && !('back' in step);
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('new' as const), item: fc.integer({ min: 1, max: 4 }) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constantFrom('again' as const, 'other content' as const),
          back: fc.integer({ min: 1, max: 4 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom('unfit', 'unknown', 'room', 'foreign', 'outdated' as const),
          item: fc.integer({ min: 1, max: 4 }),
        }) as fc.Arbitrary<Step>,
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom('pause', 'resume', 'lock', 'unlock' as const),
        }) as fc.Arbitrary<Step>,
      },
    ),
    { minLength: 12, maxLength: 24 },
  );

  /** What each of three people sends, whose sheets are alike but for their names: the same fence, the same counter. */
  function sent(step: Sending, before: SentAnswer[], counter: number): SentAnswer {
    const last = 'back' in step ? (before.at(-step.back) ?? before.at(-1)) : undefined;
    if ('back' in step && last === undefined) return answer({ fence: 1 }, counter);
    if ('back' in step) return { ...(last as SentAnswer), ...(step.kind === 'again' ? {} : { response: 'D' }) };
    const fresh = answer({ fence: 1 }, counter, step.item, 'ABC'[counter % 3]);
    switch (step.kind as Exclude<typeof step.kind, 'again' | 'other content'>) {
      case 'new':
        return fresh;
      case 'unfit':
        return { ...fresh, response: 'no such option' };
      case 'unknown':
        return { ...fresh, item: 99 };
      case 'room':
        return { ...fresh, revision: 1_000_000 };
      case 'foreign':
        return answer({ fence: 2 }, counter, step.item);
      case 'outdated':
        return { ...fresh, revision: counter };
    }
  }

  for (const navigation of ['free', 'forward'] as const satisfies Navigation[]) {
    it(`[S17] come to the same as over the socket, whatever is ordered, where people go ${navigation}`, async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          const exam = await running({ examinees: 3, rules: { navigation } });
          const sitting = await hall.sit(exam, 0);
          const asker = await comeIn(exam, 1);
          const alone = await comeIn(exam, 2);
          const before: SentAnswer[] = [];
          const held = { pause: false, lock: false };
          for (const [index, step] of all.entries()) {
            if (isOrder(step)) {
              await control(exam, step.kind);
              if (step.kind === 'pause' || step.kind === 'resume') held.pause = step.kind === 'pause';
              else held.lock = step.kind === 'lock';
              continue;
            }
            const one = sent(step, before, index + 1);
            before.push(one);
            const wanted = await overSocket(sitting, [one], held.pause || held.lock);
            const [asked, byFacts] = [await save(exam, asker, [one]), await save(exam, alone, [one], hall.durable)];
            assert.deepEqual(fates(asked), wanted, `asked: ${JSON.stringify([step, one])}`);
            assert.deepEqual(fates(byFacts), wanted, `by facts: ${JSON.stringify([step, one])}`);
          }
          const said = async (index: number) =>
            (await stored(exam, index)).map(({ item, revision, response }) => [item, revision, response]);
          // What is superseded is told at once, and stored behind it.
          const countOf = async (index: number) => (await said(index)).length;
          await until(async () => new Set(await Promise.all([0, 1, 2].map(countOf))).size === 1, 3_000);
          for (const index of [1, 2]) assert.deepEqual(await said(index), await said(0), `person ${index}`);
          await sitting.leave();
        }),
        // A failure that is looked for in ever shorter cases would take longer than the test may, and hide itself.
        { seed, numRuns: 2, endOnFailure: true },
      );
    });
  }

  it('takes a file as an answer where it is the person’s own and was brought to this item, by every road, and no other', async () => {
    const item = 9;
    const file = { types: ['application/pdf' as const], maxBytes: 100, count: 1 as const };
    const exam = await running({
      examinees: 2,
      items: [{ number: item, name: 'report', kind: 'file', text: '', options: [], file }],
    });
    const { planId } = exam;
    const named = (index: number, of = item) => {
      const place = { planId, examineeId: idOf(exam, index), item: of };
      return hall.store.answerFiles.responseOf(place, { uploadId: newId(), sha256: '0'.repeat(64) });
    };
    const [own, next] = [named(0), named(0)];
    const foreign = [named(1), named(0, 8), `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`, 'report.pdf'];
    const asker = await comeIn(exam);
    for (const [index, road] of [hall.road, hall.durable].entries()) {
      const counter = (index + 1) * 10;
      for (const response of foreign) {
        const reply = await save(exam, asker, [answer(asker, counter, item, response)], road);
        assert.deepEqual([...fates(reply).values()], ['ANSWER_INVALID never'], response);
      }
      const given = [own, next][index] ?? '';
      const taken = await save(exam, asker, [answer(asker, counter, item, given)], road);
      assert.deepEqual([...fates(taken).values()], ['saved']);
    }
    const back = await save(exam, asker, [answer(asker, 30, item, null)]);
    assert.deepEqual([...fates(back).values()], ['saved'], 'it can be taken back');
    assert.deepEqual(
      (await stored(exam)).map(({ response }) => response),
      [own, next, null],
    );
  });

  it('[S17] of a session that another one has followed are refused, and a captured request that is sent again changes nothing', async () => {
    const exam = await running();
    const before = await comeIn(exam);
    const captured = [answer(before, 1)];
    assert.deepEqual([...fates(await save(exam, before, captured)).values()], ['saved']);
    assert.deepEqual([...fates(await save(exam, before, captured)).values()], ['saved']);
    const history = await stored(exam);
    const later = await comeIn(exam);
    await save(exam, later, [answer(later, 1, 2)]);
    for (const road of [hall.road, hall.durable]) {
      const reply = await road.answers(place(exam), before, [answer(before, 2, 1, 'B')]);
      assert.equal(isRefusal(reply) && reply.refused, 'SESSION_FENCED');
    }
    // What an earlier session wrote comes no other way either: in the live session's name it is the earlier one's still.
    const stolen = await save(exam, later, [answer(before, 3, 1, 'B')]);
    assert.deepEqual([...fates(stolen).values()], ['SESSION_FENCED stop']);
    assert.deepEqual(
      (await stored(exam)).filter(({ item }) => item === 1),
      history,
    );
  });

  it('[S17] fence the socket of the session before, as a join would', async () => {
    const exam = await running();
    const before = await hall.sit(exam);
    const later = await comeIn(exam);
    await save(exam, later, [answer(later, 1)]);
    assert.equal((await before.next('session.fenced')).fence, later.fence);
    assert.equal(await before.closed, 4011);
  });

  it('[S17] of who was sent out are told to wait, by the room and by what is stored', async () => {
    const exam = await running();
    const asker = await comeIn(exam);
    await save(exam, asker, [answer(asker, 1)]);
    await control(exam, 'remove', { examineeIds: [asker.examineeId] });
    await until(async () => (await hall.store.examinees.get(asker.examineeId))?.status === 'removed');
    // The room knows it a moment after the store.
    const fate = async (road: typeof hall.road) => [
      ...fates(await save(exam, asker, [answer(asker, 2, 2)], road)).values(),
    ];
    for (const road of [hall.road, hall.durable]) await until(async () => (await fate(road))[0] === 'BUSY later');
    assert.equal((await stored(exam)).length, 1);
  });

  it('[S17] show on the board, while the link stays what it is', async () => {
    const exam = await running();
    const proctor = await hall.watch(exam);
    const sitting = await hall.sit(exam);
    const asker = { examineeId: idOf(exam), fence: sitting.fence, deviceKey: 'device' };
    await sitting.leave();
    const row = () => (proctor.room.state as { board?: Map<string, BoardRow> }).board?.get(idOf(exam));
    await until(() => row()?.link === 'dropped');
    await save(exam, asker, [answer(asker, 1), answer(asker, 2, 2)]);
    await until(() => row()?.savedCount === 2 && row()?.answeredCount === 2);
    assert.equal(row()?.link, 'dropped');
  });

  it('[S17] reach the submit, which comes over HTTP too and names what is missing', async () => {
    const exam = await running();
    const asker = await comeIn(exam);
    const one = answer(asker, 1);
    const early = await hall.road.submit(place(exam), asker, [[1, one.revision]]);
    assert.deepEqual(isRefusal(early) && [early.refused, early.missing], ['SUBMIT_INCOMPLETE', [1]]);
    await save(exam, asker, [one]);
    const ended = await hall.road.submit(place(exam), asker, [[1, one.revision]]);
    if (isRefusal(ended)) throw new Error(ended.refused);
    const sheet = await hall.store.sheets.get(asker.examineeId);
    assert.deepEqual([sheet?.state, sheet?.vector, sheet?.receipt], ['submitted', ended.revisions, ended.hash]);
    const again = await hall.road.submit(place(exam), asker, [[1, one.revision]]);
    assert.deepEqual(again, ended);
    for (const road of [hall.road, hall.durable]) {
      assert.deepEqual([...fates(await save(exam, asker, [one], road)).values()], ['saved']);
      const more = await save(exam, asker, [answer(asker, 2, 2)], road);
      assert.deepEqual([...fates(more).values()], ['SHEET_SUBMITTED never']);
    }
  });

  it('[S17] after the end are taken in the grace as from a link that was down, and by nobody else then', async () => {
    const exam = await running({ examinees: 2, durationMs: 900, graceMs: 1_800 });
    const asker = await comeIn(exam);
    const [inTime, late, tooLate] = [answer(asker, 1), answer(asker, 2, 2), answer(asker, 3, 3)];
    await save(exam, asker, [inTime]);
    await until(async () => (await hall.roomStatus(exam)) === 'ended');
    // Whoever is to decide by what is stored cannot know the grace: it is the room's.
    assert.deepEqual([...fates(await save(exam, asker, [late], hall.durable)).values()], ['BUSY later']);
    await until(async () => fates(await save(exam, asker, [late])).get(late.revision) === 'saved', 2_000);
    assert.deepEqual(
      (await stored(exam)).map(({ item, late: isLate = false }) => [item, isLate]),
      [
        [1, false],
        [2, true],
      ],
    );
    await until(async () => (await hall.store.sheets.get(asker.examineeId))?.vector?.length === 2);
    for (const road of [hall.road, hall.durable])
      assert.deepEqual([...fates(await save(exam, asker, [tooLate], road)).values()], ['ANSWER_LATE never']);
  });

  it('[S17] are saved by what is stored while nobody leads the room, and the room that is made then knows them', async () => {
    const exam = await running({ rules: { navigation: 'forward' } });
    const asker = await comeIn(exam);
    await save(exam, asker, [answer(asker, 1)]);
    mayTake = false;
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) === undefined);
    const alone = [answer(asker, 2, 3, 'B'), answer(asker, 3, 2), answer(asker, 1, 1, 'D')];
    const told = fates(await save(exam, asker, alone));
    assert.deepEqual([...told.values()].sort(), ['ANSWER_CONFLICT never', 'ITEM_CLOSED never', 'saved']);
    const submit = await hall.durable.submit(place(exam), asker, [[3, revisionOf(asker.fence, 2)]]);
    assert.equal(isRefusal(submit) && submit.refused, 'ROOM_ELSEWHERE');
    mayTake = true;
    const sitting = await hall.sit(exam, 0, 'another page');
    sitting.send('sheet.submit', { revisions: [[3, revisionOf(asker.fence, 2)]] });
    const { revisions } = await sitting.next('sheet.submitted');
    assert.deepEqual(revisions, [
      [1, revisionOf(asker.fence, 1)],
      [3, revisionOf(asker.fence, 2)],
    ]);
  });

  it('[S17] are not decided by what is stored while a control waits for the room', async () => {
    const exam = await running({ examinees: 2 });
    const [asker, other] = [await comeIn(exam), await comeIn(exam, 1)];
    await save(exam, asker, [answer(asker, 1)]);
    mayTake = false;
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) === undefined);
    await hall.control(exam, 'lock', { examineeIds: [asker.examineeId] });
    await hall.control(exam, 'notice', { text: 'harmless' });
    const told = fates(await save(exam, asker, [answer(asker, 1), answer(asker, 2, 2)], hall.durable));
    assert.deepEqual([...told.values()].sort(), ['BUSY later', 'saved']);
    const free = await save(exam, other, [answer(other, 1)], hall.durable);
    assert.deepEqual([...fates(free).values()], ['saved']);
    mayTake = true;
    const sitting = await hall.sit(exam, 0, 'another page');
    await until(
      async () =>
        ((await hall.road.standing(place(exam), { ...asker, fence: sitting.fence })) as { room?: { locked: boolean } })
          .room?.locked === true,
    );
  });

  it('[S17] that went past a room that lives count in the end that it stores', async () => {
    const exam = await running();
    const sitting = await hall.sit(exam);
    const asker = { examineeId: idOf(exam), fence: sitting.fence, deviceKey: 'device' };
    const [one, two] = [answer(asker, 1), answer(asker, 2, 2)];
    await overSocket(sitting, [one]);
    const silent = { ...hall.durable };
    assert.deepEqual([...fates(await save(exam, asker, [two], silent)).values()], ['saved']);
    await until(async () => {
      sitting.send('sheet.submit', {
        revisions: [
          [1, one.revision],
          [2, two.revision],
        ],
      });
      return (await hall.store.sheets.get(asker.examineeId))?.state === 'submitted';
    });
    assert.deepEqual(
      (await sitting.next('sheet.submitted')).revisions.map(([item]) => item),
      [1, 2],
    );
  });

  it('[S17] of one person are bounded like messages', async () => {
    const exam = await running();
    const asker = await comeIn(exam);
    const one = [answer(asker, 1)];
    await save(exam, asker, one);
    const told = await Promise.all(Array.from({ length: 120 }, () => save(exam, asker, one)));
    const kinds = new Set(told.flatMap((reply) => [...fates(reply).values()]));
    assert.deepEqual([...kinds].sort(), ['BUSY later', 'saved']);
  });

  it('[S17] how the person stands is told: pause, lock, end, and a notice until it is received', async () => {
    const exam = await running();
    const asker = await comeIn(exam);
    const standing = async (road = hall.road) => {
      const told = await road.standing(place(exam), asker);
      if (isRefusal(told)) throw new Error(told.refused);
      return told;
    };
    const first = await standing();
    assert.deepEqual([first.status, first.admission, first.room.status], ['answering', 'admitted', 'running']);
    await control(exam, 'notice', { text: 'ten minutes more', mustConfirm: true });
    await control(exam, 'pause');
    let held = await standing();
    await until(async () => {
      held = await standing();
      return held.controls.some(({ action }) => action === 'pause');
    });
    // A process that was kept waiting makes good for it with a control of its own.
    const ordered = held.controls.filter(({ action }) => action !== 'extend');
    assert.deepEqual(ordered.map(({ action, text }) => [action, text]).sort(), [
      ['notice', 'ten minutes more'],
      ['pause', undefined],
    ]);
    assert.ok(
      held.room.heldSince > 0 &&
        (ordered.length < held.controls.length || held.room.deadlineAt === first.room.deadlineAt),
    );
    await until(async () => (await hall.store.examinees.get(asker.examineeId))?.status === 'answering');
    const { controls: _, ...room } = held;
    assert.deepEqual(await standing(hall.durable), { ...room, controls: [] });
  });
});
