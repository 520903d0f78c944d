// What becomes of links in real time, over real sockets and processes, three people at once: one whose network swallows
// everything, one whose machine sleeps, one who changes from one network to another. When each is seen by the person and
// on the board, and that nothing is lost.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HEARTBEAT } from '../../client/heartbeat.ts';
import { type RoomWatch, watchRoom } from '../../client/proctor.ts';
import type { ExamSession } from '../../client/session.ts';
import { DROPPED_MS } from '../../exam/grace.ts';
import { newId } from '../../schema/ids.ts';
import { type Network, openNetwork } from '../support/network.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

const OFFLINE_MS = 8_000;
const ASLEEP_MS = 12_000;
const SWALLOWED_MS = 10_000;
/** A room looks at its links each second, and a watched one is patched four times a second; the rest is the machine's. */
const LOOK_MS = 1_000 + 250 + 500;
const ITEMS = [1, 2, 3] as const;

type Seen = { readonly state: string; readonly at: number };
type Said = { link?: string; saved?: number; answered?: number; leftMs?: number; at: number };

describe('links of three people, in real time', function () {
  this.timeout(60_000);
  let whole: WholeExam;
  let board: RoomWatch;
  let networks: Network[];
  /** What the board has shown of each link, with since when it was so. */
  const shown = new Map<string, (Seen & { readonly linkAt: number })[]>();
  let halfOpen: Promise<Trouble>;
  let asleep: Promise<Sleep>;
  let moved: Promise<Move>;

  before(async () => {
    whole = await openWholeExam('links', { examinees: 3, offlineMs: OFFLINE_MS });
    networks = await Promise.all([1, 2, 3].map(() => openNetwork(whole.system.url)));
    board = await watchRoom({ url: whole.system.url, token: await proctor(), roomId: roomId() });
    board.on('board', (change) => {
      if (change.kind === 'removed') return;
      const { examineeId, link: state, linkAt } = change.entry;
      const seen = shown.get(examineeId) ?? [];
      shown.set(examineeId, seen);
      if (seen.at(-1)?.state !== state) seen.push({ state, linkAt, at: Date.now() });
    });
    const [one, home, mobile] = networks;
    assert.ok(one !== undefined && home !== undefined && mobile !== undefined);
    mobile.room.leaveBy('127.0.0.2');
    let current = home;
    const first = await whole.enter(0, { url: one.url, open: one.open });
    const third = await whole.enter(2, { open: (reservation, handlers) => current.open(reservation, handlers) });
    const sleeper = startSleeper();
    await sleeper.says(({ link }) => link === 'online');
    await whole.begin();
    await sleeper.says(({ saved }) => saved === 2);
    for (const session of [first, third]) session.answer(1, 'A');
    await until('both work', () => isSaved(first, 1) && isSaved(third, 1));
    const move = () => {
      current = mobile;
    };
    [halfOpen, asleep, moved] = [loseNetwork(first, one), fallAsleep(sleeper), change(third, home, mobile, move)];
    for (const one of [halfOpen, asleep, moved]) one.catch(() => undefined); // its test says so
  });
  after(async () => {
    await Promise.allSettled([halfOpen, asleep, moved]);
    await board?.leave();
    await whole?.stop();
    await Promise.all((networks ?? []).map((network) => network.close()));
  });

  const roomId = () => whole.exam.rooms[0]?.roomId ?? '';
  const idOf = (index: number) => whole.exam.roster[index]?.examineeId ?? '';

  async function proctor(): Promise<string> {
    const account = { login: `proctor-${newId()}`, password: `password-${newId()}` };
    const post = async (path: string, body: object, token?: string): Promise<{ token?: string }> => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': newId() };
      const auth = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const init = { method: 'POST', headers: { ...headers, ...auth }, body: JSON.stringify(body) };
      const reply = await fetch(`${whole.system.url}/v1${path}`, init);
      assert.ok(reply.ok, `${path}: ${reply.status}`);
      return (await reply.json()) as { token?: string };
    };
    const path = `/plans/${whole.exam.planId}/proctors`;
    await post(path, { label: 'proctor', roomIds: [roomId()], ...account }, whole.token);
    return (await post('/login', account)).token ?? '';
  }

  function startSleeper() {
    const { code = '' } = whole.exam.roster[1] ?? {};
    const path = fileURLToPath(new URL('sleeper-fixture.ts', import.meta.url));
    const child = spawn(process.execPath, [path, whole.system.url, code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: Said[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line) as Said));
    return {
      child,
      said,
      says: (what: (one: Said) => boolean) => until('the programme says so', () => said.some(what), 20_000),
    };
  }

  type Trouble = { readonly goneAt: number; readonly links: Seen[]; readonly session: ExamSession };

  /** Nothing passes any more, and nobody hears of it, for as long as it takes to be offline; then all of it passes. */
  async function loseNetwork(session: ExamSession, network: Network): Promise<Trouble> {
    const links: Seen[] = [];
    session.on('link', ({ state }) => links.push({ state, at: Date.now() }));
    network.blackhole();
    const goneAt = Date.now();
    for (const item of ITEMS) session.answer(item, 'B');
    await sleep(SWALLOWED_MS);
    await network.mend();
    await until('what was written meanwhile is saved', () => session.outbox().length === 0, 20_000);
    return { goneAt, links, session };
  }

  type Sleep = { readonly from: number; readonly to: number; readonly said: readonly Said[] };

  async function fallAsleep({
    child,
    said,
    says,
  }: { child: ChildProcess } & Record<'said', Said[]> & ReturnType<typeof startSleeper>): Promise<Sleep> {
    try {
      child.kill('SIGSTOP');
      const from = Date.now();
      await sleep(ASLEEP_MS);
      const before = said.length;
      child.kill('SIGCONT');
      const to = Date.now();
      await says(({ saved, at }) => saved !== undefined && at > to);
      const answered = Math.max(...said.slice(0, before).map((one) => one.answered ?? 0));
      await says((one) => one.saved === answered);
      await until('the board shows it as online', () => board.board().get(idOf(1))?.link === 'online');
      return { from, to, said };
    } finally {
      child.kill('SIGKILL');
    }
  }

  type Move = {
    readonly goneAt: number;
    readonly backAt: number;
    readonly links: Seen[];
    readonly session: ExamSession;
  };

  /** The old way swallows everything without a goodbye, and from now on there is another one. */
  async function change(session: ExamSession, home: Network, mobile: Network, move: () => void): Promise<Move> {
    const links: Seen[] = [];
    session.on('link', ({ state }) => links.push({ state, at: Date.now() }));
    move();
    home.room.blackhole();
    const goneAt = Date.now();
    for (const item of ITEMS) session.answer(item, 'C');
    await until(
      'it is back over the other network',
      () => mobile.room.openCount() > 0 && session.link() === 'online',
      20_000,
    );
    const backAt = Date.now();
    await until('what was written meanwhile is saved', () => session.outbox().length === 0, 20_000);
    return { goneAt, backAt, links, session };
  }

  /** When the board first showed this state after `from`. */
  const shownAs = (index: number, state: string, from: number) =>
    shown.get(idOf(index))?.find((one) => one.state === state && one.at >= from);

  /** Dropped 4 s after the last sign, offline after the plan's limit. */
  function isShownAsLost(index: number, goneAt: number): void {
    const [dropped, offline] = ['dropped', 'offline'].map((state) => shownAs(index, state, goneAt));
    assert.ok(dropped !== undefined && offline !== undefined, JSON.stringify(shown.get(idOf(index))));
    for (const [{ at, linkAt }, afterMs] of [
      [dropped, DROPPED_MS],
      [offline, OFFLINE_MS],
    ] as const) {
      assert.ok(
        goneAt - HEARTBEAT.everyMs - 500 <= linkAt && linkAt <= goneAt + 500,
        `last seen ${linkAt - goneAt} ms after`,
      );
      assert.ok(afterMs <= at - linkAt && at - linkAt <= afterMs + LOOK_MS, `${at - linkAt} ms, not ${afterMs}`);
    }
  }

  /** The last answer came up to a second before, so it is known up to a second earlier. */
  function isNoticed(links: readonly Seen[], goneAt: number): void {
    const [trouble, lost] = links;
    assert.deepEqual([trouble?.state, lost?.state], ['trouble', 'reconnecting']);
    for (const [seen, afterMs] of [
      [trouble, HEARTBEAT.troubleMs],
      [lost, HEARTBEAT.silentMs],
    ] as const) {
      const ms = (seen?.at ?? 0) - goneAt;
      assert.ok(afterMs - HEARTBEAT.everyMs <= ms && ms <= afterMs + 500, `${seen?.state} after ${ms} ms`);
    }
  }

  it('[T5] a half-open one is trouble after 2.5 s, given up after 5 s, dropped after 4 s, offline after the plan’s limit, and loses nothing', async () => {
    const { goneAt, links, session } = await halfOpen;
    isNoticed(links, goneAt);
    isShownAsLost(0, goneAt);
    assert.equal(links.at(-1)?.state, 'online');
    assert.deepEqual(await answersOf(0, ITEMS.length), ['B', 'B', 'B']);
    assert.ok(isSaved(session, ...ITEMS));
    await until('the board shows it as online', () => board.board().get(idOf(0))?.link === 'online');
  });

  it('one of a machine that sleeps is dropped and offline for the room alone, and goes on over the same socket', async () => {
    const { from, to, said } = await asleep;
    isShownAsLost(1, from);
    const after = said.filter(({ at }) => at > to);
    assert.ok(!after.some(({ link }) => link === 'reconnecting'), 'the socket was never given up');
    const [last, next] = [said.findLast(({ at, leftMs }) => at <= to && leftMs), after.find(({ leftMs }) => leftMs)];
    const passedMs = (last?.leftMs ?? 0) - (next?.leftMs ?? 0);
    assert.ok(Math.abs(passedMs - ((next?.at ?? 0) - (last?.at ?? 0))) <= 1_000, `${passedMs} ms passed on its clock`);
    const answered = said.flatMap((one) => one.answered ?? []);
    const saved = said.flatMap((one) => one.saved ?? []);
    const known = saved.length; // what was written in its last half second may be on the way
    assert.deepEqual(
      await answersOf(1, known),
      Array.from({ length: known }, () => 'A'),
    );
    assert.ok(answered.length - known <= 2, `${answered.length} answered, ${known} saved`);
  });

  it('one that changes to another network is back over that one, with another address, and loses nothing', async () => {
    const { goneAt, backAt, links } = await moved;
    isNoticed(links, goneAt);
    assert.equal(links[2]?.state, 'online');
    assert.ok(backAt - goneAt <= HEARTBEAT.silentMs + 3_000, `back after ${backAt - goneAt} ms`);
    assert.deepEqual(await answersOf(2, ITEMS.length), ['C', 'C', 'C']);
    const dropped = shownAs(2, 'dropped', goneAt);
    assert.ok(dropped !== undefined && shownAs(2, 'offline', goneAt) === undefined);
    assert.equal((await whole.store.examinees.get(idOf(2)))?.fence, 1, 'it is the same session');
  });

  async function answersOf(index: number, count: number): Promise<unknown[]> {
    const stored = await whole.stored(index);
    return Array.from({ length: count }, (_, at) => stored.get(at + 1));
  }
});
