// The last resort: a device that can reach nobody any more dies with thirty answers that nobody has, and a proctor brings its
// file. Over production's own process.
import assert from 'node:assert/strict';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import { sealStorage } from '../../client/sealed-export.ts';
import { colyseusSocket, type OpenSocket } from '../../client/socket.ts';
import { newId } from '../../schema/ids.ts';
import type { HeldList, ImportReply, Problem } from '../../schema/replies.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

const THIRTY = Array.from({ length: 30 }, (_, index) => index + 1);

describe('a sealed export', function () {
  this.timeout(90_000);
  let whole: WholeExam;
  before(async () => {
    whole = await openWholeExam('export-file', { layout: 'one', examinees: 3 });
    await Promise.all([0, 1, 2].map((index) => whole.enter(index)));
    await whole.begin();
  });
  after(() => whole?.stop());

  /** A device whose cable may be pulled for good. */
  async function device(index: number) {
    let isCut = false;
    let cut = (): void => {};
    const real = colyseusSocket(whole.system.url);
    const open: OpenSocket = (reservation, handlers) => {
      if (isCut) return { send: () => false, close: () => undefined };
      const socket = real(reservation, handlers);
      cut = () => {
        socket.close('drop');
        handlers.closed(1006);
      };
      return socket;
    };
    const storage = memoryOutbox();
    const fetch: typeof globalThis.fetch = (...asked) =>
      isCut ? Promise.reject(new TypeError('no network')) : globalThis.fetch(...asked);
    const session = await whole.enter(index, { open, fetch, storage });
    await until('the room runs', () => session.room().status === 'running');
    return {
      session,
      storage,
      pull() {
        isCut = true;
        cut();
      },
    };
  }
  const roomOf = (index: number) => whole.exam.roster[index]?.roomId ?? '';
  async function bring(roomId: string, file: string) {
    const response = await fetch(`${whole.system.url}/v1/rooms/${roomId}/imports`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${whole.token}`,
        'idempotency-key': newId(),
      },
      body: file,
    });
    return { status: response.status, body: (await response.json()) as ImportReply & Problem };
  }
  const isC = async (index: number) => {
    const stored = await whole.stored(index);
    return THIRTY.filter((item) => stored.get(item) === 'C').length;
  };

  it('[S11] [S17] of thirty unsaved answers is imported once, into a sheet that went on at another machine', async () => {
    const dead = await device(0);
    dead.session.answer(40, 'B');
    await until('the first is saved', () => isSaved(dead.session, 40));
    dead.pull();
    for (const item of THIRTY) dead.session.answer(item, 'C');
    const [file = ''] = await dead.session.sealedExport();
    assert.ok(!file.includes('"C"') && !file.includes('response'), 'nobody reads an answer in it');
    await dead.session.leave();
    const next = await whole.enter(0);
    await until('it runs there, too', () => next.room().status === 'running');
    next.answer(1, 'D');
    await until('it is saved', () => isSaved(next, 1));
    const offered: number[] = [];
    next.on('offered', ({ item }) => offered.push(item));

    const first = await bring(roomOf(0), file);
    assert.equal(first.status, 200, JSON.stringify(first.body));
    const { kept, conflicts, missing, sheet } = first.body;
    assert.deepEqual([kept.length, conflicts, missing, sheet], [30, [], [], 'in-progress']);
    await until('what was not written since is there', async () => (await isC(0)) === 29);
    await until('it is shown there', () => next.answers().get(30)?.response === 'C');
    await until('what was is offered', () => offered.length > 0);
    assert.deepEqual([offered, (await whole.stored(0)).get(1)], [[1], 'D']);

    const again = await bring(roomOf(0), file);
    assert.deepEqual(again, first);
    const { examineeId = '', planId = '' } = { ...whole.exam.roster[0], planId: whole.exam.planId };
    const held = await fetch(`${whole.system.url}/v1/plans/${planId}/held-answers?limit=500`, {
      headers: { authorization: `Bearer ${whole.token}` },
    });
    const { answers } = (await held.json()) as HeldList;
    assert.equal(answers.filter((one) => one.examineeId === examineeId).length, 30);
    assert.equal(
      (await whole.store.answers.history(planId, examineeId)).length,
      31,
      '40, the new 1, and 29 of the file',
    );
  });

  it('[S17] of a device after which nobody went on counts as if it had been sent', async () => {
    const dead = await device(1);
    dead.pull();
    for (const item of THIRTY) dead.session.answer(item, 'C');
    await dead.session.leave();
    const [left] = await sealStorage(dead.storage); // without any session, from what lies on the device
    assert.deepEqual([left?.examineeId, left?.count], [whole.exam.roster[1]?.examineeId, 30]);
    assert.equal((await bring(roomOf(1), left?.files[0] ?? '')).status, 200);
    await until('all are there', async () => (await isC(1)) === 30);
    const next = await whole.enter(1);
    assert.equal(THIRTY.filter((item) => next.answers().get(item)?.response === 'C').length, 30);
  });

  it('[S11] that comes after the end is stored, and counts when a control lets the person answer again', async () => {
    const dead = await device(2);
    dead.session.answer(40, 'B');
    await until('the first is saved', () => isSaved(dead.session, 40));
    dead.pull();
    for (const item of THIRTY) dead.session.answer(item, 'C');
    const [file = ''] = await dead.session.sealedExport();
    await dead.session.leave();
    const next = await whole.enter(2);
    await until('it runs', () => next.room().status === 'running');
    await next.submit();
    const { status, body } = await bring(roomOf(2), file);
    assert.deepEqual([status, body.sheet, body.kept.length], [200, 'submitted', 30]);
    assert.equal(await isC(2), 0);
    assert.deepEqual((await whole.admin.sheet(whole.exam.roster[2]?.examineeId ?? '')).answers.length, 1);
    const examineeIds = [whole.exam.roster[2]?.examineeId ?? ''];
    const readmit = await fetch(`${whole.system.url}/v1/plans/${whole.exam.planId}/controls`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${whole.token}`,
        'idempotency-key': newId(),
      },
      body: JSON.stringify({
        controlId: newId(),
        action: 'readmit',
        examineeIds,
        reason: 'the file of the device that died',
      }),
    });
    assert.ok(readmit.ok, await readmit.text());
    await until('they count', async () => (await isC(2)) === 30, 20_000);
  });
});
