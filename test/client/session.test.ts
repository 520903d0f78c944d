// A session over a room that keeps the real rules of a sheet, on a clock and a wire of the test's own.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AnswerEvent } from '../../client/events.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import type { ExamSession } from '../../client/session.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { receiptHash } from '../../exam/receipt.ts';
import { fenceOf, revisionOf } from '../../exam/revision.ts';
import type { Answer, Response } from '../../schema/answers.ts';
import type { ItemRevision } from '../../schema/messages.ts';
import { RefusalError } from '../../schema/refusals.ts';
import { holdsForAsync } from '../support/async-property.ts';
import { createFakeRoom, type FakeRoom } from './fake-room.ts';

function watch(session: ExamSession) {
  const answers: AnswerEvent[] = [];
  const links: string[] = [];
  session.on('answer', (event) => answers.push(event));
  session.on('link', ({ state }) => links.push(state));
  return { answers, links };
}

const saves = (room: FakeRoom) =>
  room.heard
    .filter(({ type }) => type === 'answer.save')
    .flatMap(({ message, at }) => (message as { answers: Answer[] }).answers.map((answer) => ({ ...answer, at })));
const newest = (room: FakeRoom, item: number): Response | undefined =>
  [...room.durable.values()]
    .filter((answer) => answer.item === item)
    .toSorted((one, other) => other.revision - one.revision)[0]?.response;

async function sitting(options: Parameters<FakeRoom['enter']>[0] = {}) {
  const room = createFakeRoom();
  const session = await room.enter(options);
  const seen = watch(session);
  await room.clock.advance(100);
  return { room, session, ...seen };
}

describe('an answer in a session', () => {
  it('is a draft, sent, and saved only when the room says so', async () => {
    const { room, session, answers } = await sitting();
    room.queue = 'stands';
    const revision = session.answer(1, 'A');
    await room.clock.advance(1_000);
    assert.deepEqual(
      answers.map(({ state }) => state),
      ['draft', 'sent'],
    );
    assert.equal(session.answers().get(1)?.state, 'sent');
    room.flush();
    assert.deepEqual(answers.at(-1), { item: 1, revision, state: 'saved' });
    assert.equal(session.answers().get(1)?.state, 'saved');
    assert.deepEqual(session.outbox(), []);
    await session.leave();
  });

  it('that is a text goes one second after the last key, a choice at once', async () => {
    const { room, session } = await sitting();
    session.answer(2, 'choice');
    for (const text of ['a', 'ab', 'abc']) {
      session.answer(1, text, { debounce: true });
      await room.clock.advance(400);
    }
    assert.deepEqual(
      saves(room).map(({ response }) => response),
      ['choice'],
    );
    await room.clock.advance(601);
    assert.deepEqual(
      saves(room).map(({ response }) => response),
      ['choice', 'abc'],
    );
    await session.leave();
  });

  it('[S8] that is still being typed goes before the deadline', async () => {
    const { room, session } = await sitting();
    await room.clock.advance(session.remainingMs() - 2_050);
    session.answer(1, 'last words', { debounce: true });
    await room.clock.advance(200);
    assert.equal(newest(room, 1), 'last words');
    session.answer(1, 'very last words', { debounce: true });
    await room.clock.advance(200);
    assert.equal(newest(room, 1), 'very last words');
    await session.leave();
  });

  it('[S3] above 64 KiB of UTF-8 is refused here and never sent; the one before it is still saved', async () => {
    const { room, session, answers } = await sitting();
    session.answer(1, '한'.repeat(21_845));
    session.answer(2, 'x'.repeat(65_536));
    const tooLarge = session.answer(1, '한'.repeat(22_000));
    session.answer(3, Number.NaN);
    await room.clock.advance(1_000);
    assert.deepEqual(
      answers.filter(({ state }) => state === 'refused').map(({ item, revision, code }) => [item, revision, code]),
      [
        [1, tooLarge, 'ANSWER_TOO_LARGE'],
        [3, revisionOf(1, 4), 'ANSWER_INVALID'],
      ],
    );
    assert.equal(saves(room).length, 2);
    assert.equal(room.heard.filter(({ type }) => type === 'answer.save').length, 2, 'each is larger than a batch');
    assert.deepEqual([session.answers().get(1)?.state, session.answers().get(2)?.state], ['refused', 'saved']);
    await session.leave();
  });

  it('[S22] that is refused for good leaves the outbox, is shown, and blocks no submit', async () => {
    const { room, session, answers } = await sitting();
    session.answer(99, 'A');
    session.answer(1, 'B');
    await room.clock.advance(1_000);
    assert.equal(answers.find(({ state }) => state === 'refused')?.code, 'ITEM_UNKNOWN');
    const submitted = session.submit();
    await room.clock.advance(1_000);
    assert.deepEqual((await submitted).revisions, [[1, revisionOf(1, 2)]]);
    await session.leave();
  });

  it('given while the room stands still goes as soon as it runs', async () => {
    const { room, session } = await sitting();
    room.setStatus('open');
    session.answer(1, 'A');
    await room.clock.advance(30_000);
    assert.equal(room.durable.size, 0);
    room.setStatus('running');
    await room.clock.advance(100);
    assert.equal(newest(room, 1), 'A');
    await session.leave();
  });

  it('that is not saved for long makes the session say since when saving is slow, until it is again', async () => {
    const { room, session } = await sitting();
    const said: number[] = [];
    session.on('saving', ({ slowSince }) => said.push(slowSince));
    room.queue = 'stands';
    const sentAt = room.serverNow();
    session.answer(1, 'A');
    await room.clock.advance(3_000);
    session.answer(2, 'B');
    assert.deepEqual([said, session.slowSince()], [[], 0]);
    await room.clock.advance(1_500);
    assert.deepEqual([said, session.slowSince()], [[sentAt], sentAt]);
    room.setClock({ heldSince: room.serverNow() });
    assert.deepEqual(said.slice(1), [0], 'while the clock stands nothing is late');
    room.setClock({ heldSince: 0 });
    room.flush();
    room.queue = 'saves';
    session.answer(3, 'C');
    await room.clock.advance(30_000);
    assert.deepEqual([session.outbox(), session.slowSince(), said.at(-1)], [[], 0, 0]);
    await session.leave();
    assert.equal(room.clock.waiting(), 0);
  });

  it('is sent again at once over a new link', async () => {
    const { room, session } = await sitting();
    room.queue = 'stands';
    session.answer(1, 'A');
    await room.clock.advance(100);
    let onlineAt = 0;
    session.on('link', ({ state }) => {
      if (state === 'online') onlineAt = room.clock.now();
    });
    room.drop();
    await room.clock.advance(1_500);
    assert.deepEqual(
      saves(room).map(({ at }) => at),
      [100, onlineAt],
    );
    await session.leave();
  });

  it('with half a character is sent as what it will be stored as', async () => {
    const { room, session } = await sitting();
    session.answer(1, `half \ud83d`);
    await room.clock.advance(100);
    assert.equal(newest(room, 1), 'half \ufffd');
    await session.leave();
  });

  it('of an earlier session that becomes the current one is shown', async () => {
    const { room, session } = await sitting();
    const shown: unknown[] = [];
    session.on('current', (answer) => shown.push(answer));
    const own = session.answer(2, 'mine');
    room.tell('answer.current', { item: 1, revision: 900_001, response: 'earlier' });
    room.tell('answer.current', { item: 2, revision: 900_002, response: 'older than mine' });
    assert.deepEqual(shown, [{ item: 1, revision: 900_001, response: 'earlier' }]);
    assert.deepEqual([session.answers().get(1)?.response, session.answers().get(2)?.revision], ['earlier', own]);
    await session.leave();
  });
});

describe('a link', () => {
  it('shows trouble after 2.5 s without reply, and comes back by entering with the same entry id after 5 s', async () => {
    const { room, session, links } = await sitting();
    room.wire = 'dead';
    await room.clock.advance(2_600);
    assert.equal(session.link(), 'trouble');
    await room.clock.advance(2_400);
    assert.equal(session.link(), 'reconnecting');
    room.wire = 'whole';
    await room.clock.advance(2_000);
    assert.deepEqual(links, ['online', 'trouble', 'reconnecting', 'online']);
    assert.equal(new Set(room.entries.map(({ entryId }) => entryId)).size, 1);
    assert.equal(session.answers().size, 0);
    await session.leave();
  });

  it('comes back however long the api is away, and then sends what waited', async () => {
    const { room, session } = await sitting();
    room.api = { kind: 'down' };
    room.drop();
    session.answer(1, 'offline');
    await room.clock.advance(3_600_000 / 10);
    assert.equal(session.link(), 'reconnecting');
    room.api = { kind: 'up' };
    await room.clock.advance(16_000);
    assert.equal(session.link(), 'online');
    assert.equal(newest(room, 1), 'offline');
    await session.leave();
  });

  for (const code of [1000, 1006, 1009, 4000, 4001, 4002, 4003, 4012, 4013, 4015]) {
    it(`comes back after close code ${code}`, async () => {
      const { room, session } = await sitting();
      room.drop(code);
      await room.clock.advance(5_000);
      assert.equal(session.link(), 'online');
      assert.equal(room.socketCount(), 2);
      await session.leave();
    });
  }

  it('[S20] waits at least as long as Retry-After says', async () => {
    const { room, session } = await sitting();
    room.api = { kind: 'says', code: 'BUSY', retryAfterS: 30 };
    const before = room.clock.now();
    room.drop();
    await room.clock.advance(2_000);
    room.api = { kind: 'up' };
    await room.clock.advance(60_000);
    const again = room.entries.at(-1)?.at ?? 0;
    assert.ok(again - before >= 30_000, `came again after ${again - before} ms`);
    assert.equal(session.link(), 'online');
    await session.leave();
  });

  it('does not hammer a room that drops it at once each time', async () => {
    const { room, session } = await sitting();
    session.on('link', ({ state }) => {
      if (state === 'online') room.clock.after(1, () => room.drop());
    });
    room.drop();
    await room.clock.advance(120_000);
    assert.ok(room.socketCount() < 60, `${room.socketCount()} sockets in two minutes`);
    await session.leave();
  });

  it('ends when the session is left, and nothing runs on', async () => {
    const { room, session } = await sitting();
    await session.leave();
    await session.leave();
    const { length } = room.heard;
    await room.clock.advance(60_000);
    assert.deepEqual([session.link(), room.heard.length, room.socketCount()], ['ended', length, 1]);
  });

  it('shows the time of the server, whatever the device believes', async () => {
    const { room, session } = await sitting();
    await room.clock.advance(60_000);
    assert.ok(Math.abs(session.remainingMs() - 539_900) < 10);
    await session.leave();
  });
});

describe('another device', () => {
  it('[S1] stops this one, which keeps everything and can be exported', async () => {
    const { room, session } = await sitting();
    room.queue = 'stands';
    session.answer(1, 'kept');
    session.answer(2, 'half a', { debounce: true });
    await room.clock.advance(100);
    const submitting = session.submit();
    const rejected = assert.rejects(
      submitting,
      (error) => error instanceof RefusalError && error.refusal.refused === 'SESSION_FENCED',
    );
    room.otherDevice();
    await rejected;
    session.answer(3, 'after');
    const { length } = room.heard;
    await room.clock.advance(60_000);
    assert.deepEqual([session.link(), room.heard.length], ['fenced', length]);
    assert.deepEqual(
      session.outbox().map(({ response }) => response),
      ['kept', 'half a', 'after'],
    );
    const exported = JSON.parse(session.export()) as { unsaved: Answer[]; fence: number };
    assert.deepEqual([exported.unsaved.length, exported.fence], [3, 1]);
    await session.leave();
  });

  it('[S1] is also known by the close code alone, or by the refusal of an answer', async () => {
    const closed = await sitting();
    closed.room.drop(4011);
    await closed.room.clock.advance(30_000);
    assert.deepEqual([closed.session.link(), closed.room.socketCount()], ['fenced', 1]);
    const refused = await sitting();
    refused.room.queue = 'stands';
    const revision = refused.session.answer(1, 'A');
    const answer = { item: 1, revision, code: 'SESSION_FENCED', retry: 'stop', message: '' } as const;
    refused.room.tell('answer.refused', { refused: [answer] });
    await refused.room.clock.advance(30_000);
    assert.deepEqual([refused.session.link(), refused.session.outbox().length], ['fenced', 1]);
    await closed.session.leave();
    await refused.session.leave();
  });

  it('[S11] in between makes what waits here held, never sent by itself, and a person decides', async () => {
    const storage = memoryOutbox();
    const { room, session } = await sitting({ storage });
    const told: (readonly number[])[] = [];
    session.on('held', ({ items }) => told.push(items));
    room.api = { kind: 'down' };
    room.drop();
    const revision = session.answer(1, 'offline');
    await room.clock.advance(1_000);
    room.otherDevice();
    room.api = { kind: 'up' };
    await room.clock.advance(20_000);
    assert.deepEqual(
      [session.link(), session.outbox().length, session.held().map((one) => one.revision)],
      ['online', 0, [revision]],
    );
    assert.equal(room.durable.size, 0);
    session.decideHeld(revision, 'send');
    await room.clock.advance(1_000);
    assert.deepEqual([newest(room, 1), session.held().length], ['offline', 0]);
    assert.equal(fenceOf(session.answers().get(1)?.revision ?? 0), 3);
    await session.leave();
    assert.deepEqual(told, [[1]]);
    assert.deepEqual((await storage.load()).entries, []);
  });
});

describe('a reload', () => {
  it('sends what waited with the moment of its writing, and so does who takes what was held or offered', async () => {
    const storage = memoryOutbox();
    const { room, session } = await sitting({ storage });
    room.queue = 'stands';
    const before = session.answer(1, 'A');
    await room.clock.advance(100);
    room.drop();
    await session.leave();
    const again = await room.enter({ storage });
    await room.clock.advance(1_000);
    const fence = fenceOf(again.outbox()[0]?.revision ?? 0);
    const sent = saves(room).filter(({ revision }) => fenceOf(revision) === fence);
    assert.deepEqual(
      sent.map((answer) => [answer.item, (answer as { written?: number }).written]),
      [[1, before]],
    );
    room.tell('held.offered', { item: 2, revision: revisionOf(1, 9), response: 'B' });
    again.chooseOffered(revisionOf(1, 9), 'take');
    await room.clock.advance(5_000);
    const taken = saves(room).find(({ item }) => item === 2);
    assert.equal((taken as { written?: number } | undefined)?.written, revisionOf(1, 9));
    await again.leave();
  });

  it('[S1] brings what was not saved under new revisions, while the queue stands', async () => {
    const storage = memoryOutbox();
    const { room, session } = await sitting({ storage });
    room.queue = 'stands';
    session.answer(1, 'first');
    await room.clock.advance(100);
    session.answer(1, 'second');
    session.answer(2, 'a draft', { debounce: true });
    await session.leave();
    const again = await room.enter({ storage });
    assert.deepEqual(
      again.outbox().map(({ response, revision }) => [response, fenceOf(revision)]),
      [
        ['first', 2],
        ['second', 2],
        ['a draft', 2],
      ],
    );
    await room.clock.advance(5_000);
    room.queue = 'saves';
    room.flush();
    await room.clock.advance(30_000);
    assert.deepEqual([newest(room, 1), newest(room, 2), again.outbox().length], ['second', 'a draft', 0]);
    assert.equal(again.answers().get(1)?.state, 'saved');
    await again.leave();
  });

  it('after another device was there holds what was not saved', async () => {
    const storage = memoryOutbox();
    const { room, session } = await sitting({ storage });
    room.queue = 'stands';
    session.answer(1, 'mine');
    await session.leave();
    room.otherDevice();
    const again = await room.enter({ storage });
    assert.deepEqual([again.outbox().length, again.held().length], [0, 1]);
    await again.leave();
  });

  it('whose answer from the api was lost is not taken for another device', async () => {
    const storage = memoryOutbox();
    const { room, session } = await sitting({ storage });
    room.queue = 'stands';
    session.answer(1, 'mine');
    await session.leave();
    const lost = new AbortController();
    const reload = room.enter({
      storage,
      signal: lost.signal,
      fetch: async (...request) => {
        await room.fetch(...request);
        throw new TypeError('the reply was lost');
      },
    });
    const gaveUp = assert.rejects(reload, { code: 'LEFT' });
    await room.clock.advance(1);
    lost.abort();
    await gaveUp;
    const again = await room.enter({ storage });
    assert.deepEqual([again.outbox().length, again.held().length], [1, 0]);
    await again.leave();
  });
});

describe('a submit', () => {
  it('[S8] waits until everything is saved, and names the revision of each item', async () => {
    const { room, session } = await sitting();
    room.queue = 'stands';
    const first = session.answer(1, 'A');
    const text = session.answer(2, 'being typed', { debounce: true });
    const submitting = session.submit();
    await room.clock.advance(5_000);
    assert.equal(room.heard.filter(({ type }) => type === 'sheet.submit').length, 0);
    room.flush();
    await room.clock.advance(100);
    const named: unknown = room.heard.find(({ type }) => type === 'sheet.submit')?.message;
    assert.deepEqual(named, {
      revisions: [
        [1, first],
        [2, text],
      ],
    });
    assert.deepEqual((await submitting).revisions, [
      [1, first],
      [2, text],
    ]);
    assert.deepEqual(await session.submit(), await submitting);
    await session.leave();
  });

  it('is asked again over a new link when its answer was lost', async () => {
    const { room, session } = await sitting();
    session.answer(1, 'A');
    await room.clock.advance(100);
    const submitting = session.submit();
    await room.clock.advance(0);
    room.drop();
    await room.clock.advance(1_000);
    assert.equal(session.link(), 'online');
    assert.ok((await submitting).submittedAt > 0);
    assert.equal(room.heard.filter(({ type }) => type === 'sheet.submit').length, 2);
    await session.leave();
  });

  it('whose answer was lost with the exam over is read from the store', async () => {
    const { room, session } = await sitting();
    const submittedEvents: unknown[] = [];
    session.on('submitted', (event) => submittedEvents.push(event));
    const revision = session.answer(1, 'A');
    await room.clock.advance(100);
    const submitting = session.submit();
    room.submittedAt = 77;
    room.api = { kind: 'says', code: 'EXAM_ENDED', state: 'submitted' };
    room.drop();
    await room.clock.advance(10_000);
    const { submittedAt, revisions, ...receipt } = await submitting;
    assert.deepEqual([submittedAt, revisions], [77, [[1, revision]]]);
    const hash = receiptHash([[1, revision, contentHash('A')]]);
    assert.deepEqual(receipt, { count: 1, at: 77, hash, agrees: undefined }, 'an older api says no hash');
    assert.deepEqual([session.link(), session.status(), submittedEvents.length], ['ended', 'submitted', 1]);
    await session.leave();
  });

  it('gives a receipt, next to what this device comes to itself', async () => {
    const { room, session } = await sitting();
    const ends: unknown[] = [];
    session.on('ended', (end) => ends.push(end));
    const revision = session.answer(1, 'A');
    await room.clock.advance(100);
    const hash = receiptHash([[1, revision, contentHash('A')]]);
    room.tell('sheet.submitted', { submittedAt: 5, revisions: [[1, revision]], hash });
    room.tell('sheet.ended', { endedAt: 6, revisions: [[1, revision]], hash: 'f00d' });
    room.tell('sheet.ended', { endedAt: 7, revisions: [[2, 1_000_009]], hash: 'f00d' });
    assert.deepEqual(ends, [
      { state: 'submitted', count: 1, at: 5, hash, agrees: true },
      { state: 'timed-out', count: 1, at: 6, hash: 'f00d', agrees: false },
      { state: 'timed-out', count: 1, at: 7, hash: 'f00d', agrees: undefined },
    ]);
    await session.leave();
  });

  it('of somebody who was sent out while there was no link is refused, and the state says why', async () => {
    const { room, session } = await sitting();
    const statuses: string[] = [];
    session.on('status', ({ status }) => statuses.push(status));
    const refused = assert.rejects(
      session.submit(),
      (error) => error instanceof RefusalError && error.refusal.refused === 'EXAMINEE_REMOVED',
    );
    room.api = { kind: 'says', code: 'EXAMINEE_REMOVED', state: 'removed' };
    room.drop();
    await room.clock.advance(10_000);
    await refused;
    assert.deepEqual([session.link(), session.status(), statuses], ['ended', 'removed', ['removed']]);
    await session.leave();
  });

  it('of somebody who was not let in while there was no link knows so, and comes back when that is taken back', async () => {
    const { room, session } = await sitting();
    const seen: string[] = [];
    session.on('admission', ({ admission }) => seen.push(admission));
    room.api = { kind: 'says', code: 'ENTRY_REFUSED' };
    room.drop();
    await room.clock.advance(10_000);
    assert.deepEqual([session.link(), session.admission(), seen], ['reconnecting', 'refused', ['refused']]);
    room.api = { kind: 'up' };
    await room.clock.advance(20_000);
    assert.deepEqual([session.link(), seen], ['online', ['refused', 'admitted']]);
    await session.leave();
  });

  it('that is refused for good rejects with the refusal, and may be tried again', async () => {
    const { room, session } = await sitting();
    room.setStatus('ended');
    const refused = assert.rejects(
      session.submit(),
      (error) => error instanceof RefusalError && error.refusal.refused === 'ANSWER_LATE',
    );
    await room.clock.advance(1_000);
    await refused;
    room.setStatus('running');
    const again = session.submit();
    await room.clock.advance(1_000);
    assert.ok((await again).submittedAt > 0);
    await session.leave();
  });

  it('answers again what the room says it lacks', async () => {
    const { room, session } = await sitting();
    const revision = session.answer(1, 'A');
    await room.clock.advance(100);
    const asked: unknown[] = [];
    room.status = 'open';
    const submitting = session.submit();
    await room.clock.advance(10);
    room.status = 'running';
    room.tell('sheet.refused', { code: 'SUBMIT_INCOMPLETE', retry: 'later', message: '', missing: [1] });
    await room.clock.advance(20_000);
    asked.push(...(await submitting).revisions);
    assert.ok((asked[0] as [number, number])[1] > revision);
    await session.leave();
  });

  it('[S2] asks a busy room again when the room has said, and not before', async () => {
    const { room, session } = await sitting();
    const asked = () => room.heard.filter(({ type }) => type === 'sheet.submit').map(({ at }) => at);
    room.wire = 'dead';
    const submitting = session.submit();
    await room.clock.advance(10);
    room.wire = 'whole';
    room.tell('sheet.refused', { code: 'BUSY', retry: 'later', message: '', retryAfterMs: 9_000 });
    await room.clock.advance(20_000);
    assert.ok((await submitting).submittedAt > 0);
    const [first = 0, second = 0] = asked();
    assert.deepEqual([asked().length, second - first], [2, 9_010]);
    await session.leave();
  });
});

describe('entering', () => {
  it('is refused at once where there is no such code', async () => {
    const room = createFakeRoom();
    room.api = { kind: 'says', code: 'CODE_UNKNOWN' };
    await assert.rejects(
      room.enter(),
      (error) => error instanceof RefusalError && error.refusal.refused === 'CODE_UNKNOWN',
    );
  });

  it('goes on through an outage, saying why and until when', async () => {
    const room = createFakeRoom();
    room.api = { kind: 'down' };
    const waits: { reason: string; retryInMs: number }[] = [];
    const entering = room.enter({ waiting: (wait) => waits.push(wait) });
    await room.clock.advance(60_000);
    room.api = { kind: 'says', code: 'ROOM_NOT_OPEN', retryAfterS: 2 };
    await room.clock.advance(30_000);
    room.api = { kind: 'up' };
    await room.clock.advance(30_000);
    const session = await entering;
    assert.deepEqual([...new Set(waits.map(({ reason }) => reason))], ['NETWORK', 'ROOM_NOT_OPEN']);
    assert.ok(waits.every(({ retryInMs }) => retryInMs <= 17_000));
    await session.leave();
  });

  it('works on a device that can store nothing', async () => {
    const broken = { ...memoryOutbox(), load: () => Promise.reject(new Error('no storage')) };
    const { room, session } = await sitting({ storage: broken });
    session.answer(1, 'A');
    await room.clock.advance(100);
    assert.equal(newest(room, 1), 'A');
    await session.leave();
  });

  it('goes on when a listener throws', async () => {
    const { room, session } = await sitting();
    session.on('answer', () => {
      throw new Error('a screen that breaks');
    });
    session.answer(1, 'A');
    await room.clock.advance(100);
    assert.equal(newest(room, 1), 'A');
    await session.leave();
  });
});

describe('a session on any wire', () => {
  type Trouble = 'answer' | 'type' | 'drop' | 'dead' | 'whole' | 'down' | 'up' | 'stands' | 'saves' | 'reload' | 'wait';
  const trouble = fc.constantFrom<Trouble>(
    'answer',
    'answer',
    'answer',
    'type',
    'drop',
    'dead',
    'whole',
    'down',
    'up',
    'stands',
    'saves',
    'reload',
    'wait',
  );

  it('[S1] has the newest answer to each item in the store at last, and has never said saved before', async () => {
    await holdsForAsync(
      fc.asyncProperty(
        fc.array(fc.tuple(trouble, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 7_000 })), {
          maxLength: 25,
        }),
        async (steps) => {
          const room = createFakeRoom();
          const storage = memoryOutbox();
          const last = new Map<number, string>();
          let session = await enterChecked(room, storage);
          for (const [index, [what, item, waitMs]] of steps.entries()) {
            const text = `${index}`;
            if (what === 'answer' || what === 'type') {
              session.answer(item, text, { debounce: what === 'type' });
              last.set(item, text);
            }
            if (what === 'drop') room.drop();
            if (what === 'dead' || what === 'whole') room.wire = what;
            if (what === 'down' || what === 'up') room.api = { kind: what };
            if (what === 'stands' || what === 'saves') room.queue = what;
            if (what === 'reload' && room.api.kind === 'up') {
              await session.leave();
              session = await enterChecked(room, storage);
            }
            await room.clock.advance(waitMs);
          }
          Object.assign(room, { wire: 'whole', api: { kind: 'up' }, queue: 'saves' });
          room.flush();
          await room.clock.advance(60_000);
          for (const [item, text] of last) assert.equal(newest(room, item), text, `item ${item}`);
          assert.deepEqual([session.outbox(), session.held()], [[], []]);
          const revisions = await resolved(room, session.submit(), 30_000);
          assert.deepEqual(
            new Map(revisions.map(([item, revision]) => [item, room.durable.get(revision)?.response])),
            last,
          );
          await session.leave();
        },
      ),
      100,
      18_000,
    );
  });

  /** Fails where the promise is not settled after that time, instead of waiting for ever. */
  async function resolved(room: FakeRoom, submitting: ReturnType<ExamSession['submit']>, limitMs: number) {
    let revisions: readonly ItemRevision[] | undefined;
    const done = submitting.then((submitted) => {
      revisions = submitted.revisions;
    });
    await room.clock.advance(limitMs);
    assert.ok(revisions !== undefined, 'the submit has no answer');
    await done;
    return revisions;
  }

  async function enterChecked(room: FakeRoom, storage: ReturnType<typeof memoryOutbox>): Promise<ExamSession> {
    const session = await room.enter({ storage });
    session.on('answer', ({ item, revision, state }) => {
      if (state === 'saved') assert.equal(room.durable.get(revision)?.item, item, 'said to be saved and is not');
    });
    return session;
  }
});

describe('a sheet that is open again', () => {
  it('sends once more what came too late for its end, and submits anew', async () => {
    const room = createFakeRoom();
    const session = await room.enter();
    await room.clock.advance(100);
    session.answer(1, 'in time');
    await room.clock.advance(100);
    room.setStatus('ended');
    session.answer(2, 'too late');
    await room.clock.advance(100);
    room.tell('examinee.status', { status: 'timed-out' });
    assert.equal(session.answers().get(2)?.code, 'ANSWER_LATE');
    room.setStatus('running');
    room.tell('examinee.status', { status: 'answering' });
    await room.clock.advance(100);
    assert.deepEqual([session.answers().get(2)?.state, session.outbox()], ['saved', []]);
    const first = session.submit();
    await room.clock.advance(100);
    const named = (await first).revisions;
    room.tell('examinee.status', { status: 'submitted' });
    room.tell('examinee.status', { status: 'answering' });
    room.reopen();
    session.answer(3, 'after all');
    const second = session.submit();
    await room.clock.advance(100);
    assert.equal((await second).revisions.length, named.length + 1);
    await session.leave();
  });
});
