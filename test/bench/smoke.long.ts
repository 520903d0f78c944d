// The other benches in their shortest form.
import assert from 'node:assert/strict';
import { findChromium } from '../../bin/launcher/chromium.ts';
import { QUEUES } from '../../schema/jobs.ts';
import { quickly } from './quickly.ts';

describe('bench, the other ones', function () {
  this.timeout(120_000);

  it('rooms: everybody joined, and every answer was saved', async () => {
    const { figures } = await quickly('rooms');
    const { few } = figures as { few: { clients: number; join: { joined: number }; steps: Step[]; closed: object } };
    assert.equal(few.join.joined, few.clients);
    assert.deepEqual(few.closed, {});
    assert.ok(few.steps.length > 0);
    for (const { savedPerSecond, unsettled, refused, latencyMs } of few.steps) {
      assert.ok(savedPerSecond > 0 && latencyMs.p99 > 0);
      assert.equal(unsettled, 0);
      assert.deepEqual(refused, {});
    }
  });

  it('receipts: an answer costs worker and engine something, signed or not', async () => {
    const { figures } = await quickly('receipts');
    const { rounds } = figures as { rounds: Record<'signed' | 'unsigned', { worker: number; engine: number }>[] };
    assert.equal(rounds.length, 1);
    for (const { signed, unsigned } of rounds)
      for (const { worker, engine } of [signed, unsigned]) assert.ok(worker > 0 && engine > 0);
  });

  it('board: every room is on it, and every answer and incident was seen there', async () => {
    const { figures } = await quickly('board');
    const { board } = figures as { board: { rooms: number; roomsOnline: number; kbPerSecond: number; kinds: Kinds } };
    assert.equal(board.roomsOnline, board.rooms);
    assert.ok(board.kbPerSecond > 0);
    for (const kind of ['saved', 'incident', 'dropped']) {
      assert.ok((board.kinds[kind]?.count ?? 0) > 0, kind);
      assert.equal(board.kinds[kind]?.unseen, 0, kind);
    }
  });

  it('takeover: everybody answers again after a kill and after a stop in order', async () => {
    const { figures } = await quickly('takeover');
    const { lockedOut, drainedOut, answeringMs } = figures as {
      lockedOut: number;
      drainedOut: number;
      answeringMs: { max: number };
    };
    assert.deepEqual([lockedOut, drainedOut], [0, 0]);
    assert.ok(answeringMs.max > 0);
  });

  it('board-page: everybody has a row on the page, and its work for each patch was measured', async function () {
    await needsChromium(this);
    const { figures } = await quickly('board-page');
    const { page } = figures as { page: { rows: number; people: number; patches: number; heapMb: number[] } };
    assert.equal(page.rows, page.people);
    assert.ok(page.patches > 0 && page.heapMb.length > 1 && page.heapMb.every((mb) => mb > 0));
  });

  it('board-hour: the page took every patch, and its heap was read on the way', async function () {
    await needsChromium(this);
    const { figures } = await quickly('board-hour');
    const { readings } = figures as { readings: { patches: number; heapMb: number; nodes: number }[] };
    assert.equal(readings.length, 10);
    assert.ok(readings.every(({ heapMb, nodes }) => heapMb > 0 && nodes > 300));
    assert.ok((readings.at(-1)?.patches ?? 0) >= 120);
  });

  it('queue: every job of all five queues was done, and so were those of the worker that does nothing', async () => {
    const { figures } = await quickly('queue');
    const { queues } = figures as { queues: { queue: string; own: Side; peer: Side; ofPeer: number }[] };
    assert.deepEqual(
      queues.map(({ queue }) => queue),
      [...QUEUES],
    );
    for (const { own, peer, ofPeer } of queues) {
      for (const { done, failed } of [own, peer]) assert.deepEqual([done > 0, failed], [true, 0]);
      assert.equal(own.done, peer.done);
      assert.ok(own.itemsPerSecond > 0 && own.latencyMs.p99 > 0 && ofPeer > 0);
    }
  });

  it('sockets: who is let in is held, and all come back whose process was killed, and go on', async () => {
    const { figures } = await quickly('sockets');
    const { most, storm } = figures as { most: Most; storm: Storm };
    assert.equal(most.held, most.steps.at(-1)?.people);
    assert.ok(most.kbPerPerson > 0 && most.would.files > 0 && most.would.ports > 0 && most.would.memory > most.held);
    assert.match(most.limitedBy, /has no more people/);
    assert.deepEqual([storm.back, storm.savedAfter], [storm.people, storm.people]);
    assert.ok(storm.backMs.max > 0);
  });

  it('controls: everybody was told one instant, begun by it, and every control reached all and their ledger', async () => {
    const { figures } = await quickly('controls');
    const { controls } = figures as { controls: Controls };
    const { start, extension, pause, resume } = controls;
    assert.equal(controls.joined, controls.examinees);
    assert.deepEqual([start.instants, start.unheard, controls.others], [1, 0, 0]);
    assert.ok(start.newsBeforeMs > 0 && start.skewMs >= 0 && start.beganMs.p99 >= 0);
    for (const { unheard, undelivered, heardMs, ledgerMs } of [extension, pause, resume]) {
      assert.deepEqual([unheard, undelivered], [0, 0]);
      assert.ok(heardMs.p99 > 0 && ledgerMs.p99 > 0);
    }
  });

  it('api: every answer of ours and of bare Express was a success, and single reads grew with nothing', async function () {
    this.timeout(300_000); // each figure is an autocannon of its own
    const { figures } = await quickly('api');
    const { cases, roster, reads } = figures as { cases: ApiCase[]; roster: { pages: number }; reads: ApiReads };
    assert.deepEqual(
      cases.map(({ name }) => name),
      ['login', 'roster page', 'monitor, all', 'monitor, rooms', 'progress'],
    );
    for (const { own, peer, ofPeer, bytes } of cases) {
      assert.ok(bytes > 0 && ofPeer > 0 && own.perSecond > 0 && peer.perSecond > 0);
      assert.deepEqual([own.failed, peer.failed], [0, 0]);
    }
    assert.ok(roster.pages >= 1);
    assert.deepEqual(Object.keys(reads.growth), ['plan', 'room', 'examinee', 'sheet']);
  });

  it('monitor: every stream was told what changes, none began anew, and every answer was saved', async () => {
    const { figures } = await quickly('monitor');
    const { without, with: watched, joined, examinees, streams } = figures as MonitorFigures;
    assert.equal(joined, examinees);
    assert.deepEqual([without.watched.open, without.watched.events, without.step.unsettled], [0, 0, 0]);
    assert.deepEqual([watched.watched.open, watched.watched.resets, watched.step.unsettled], [streams, 0, 0]);
    assert.ok(watched.watched.events >= streams && watched.apiPercent > 0);
  });

  type Stretch = {
    apiPercent: number;
    step: { unsettled: number };
    watched: { open: number; events: number; resets: number };
  };
  type MonitorFigures = { joined: number; examinees: number; streams: number; without: Stretch; with: Stretch };
  type ApiSide = { perSecond: number; failed: number };
  type ApiCase = { name: string; bytes: number; own: ApiSide; peer: ApiSide; ofPeer: number };
  type ApiReads = { growth: Record<string, number> };
  type Side = { done: number; failed: number; itemsPerSecond: number; latencyMs: { p99: number } };
  type Most = {
    steps: { people: number }[];
    held: number;
    limitedBy: string;
    kbPerPerson: number;
    would: { files: number; ports: number; memory: number };
  };
  type Storm = { people: number; back: number; savedAfter: number; backMs: { max: number } };
  type Kinds = Record<string, { count: number; unseen: number }>;
  type Controls = {
    joined: number;
    examinees: number;
    start: { instants: number; unheard: number; newsBeforeMs: number; skewMs: number; beganMs: { p99: number } };
    others: number;
  } & Record<'extension' | 'pause' | 'resume', Control>;
  type Control = { unheard: number; undelivered: number; heardMs: { p99: number }; ledgerMs: { p99: number } };
  type Step = { savedPerSecond: number; unsettled: number; refused: object; latencyMs: { p99: number } };
});

async function needsChromium(context: Mocha.Context): Promise<void> {
  const found = await findChromium();
  if ('path' in found) return;
  console.log(`      skipped, there is no browser: ${found.missing}`);
  context.skip();
}
