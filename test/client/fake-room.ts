// A room for tests of the client alone: the real rules of a sheet (exam/), without sockets and stores. The test decides
// when answers become durable, when links break, and what the api says. Called by tests of client/.
import { type EnterOptions, enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import type { ExamSession } from '../../client/session.ts';
import type { OpenSocket, SocketHandlers } from '../../client/socket.ts';
import {
  type AnswerSheet,
  createSheet,
  decideAnswer,
  decideSubmit,
  noteDurable,
  noteTaken,
  vectorOf,
} from '../../exam/answer-sheet.ts';
import type { Answer, Item } from '../../schema/answers.ts';
import { INCOMING, type IncomingType, type Outgoing, type OutgoingType } from '../../schema/messages.ts';
import { isRefusal, type RefusalCode, refuse } from '../../schema/refusals.ts';
import type { EnterReply } from '../../schema/replies.ts';
import type { RoomState } from '../../schema/states.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

export const EXAMINEE = 'examinee00000001';
const SERVER_AHEAD_MS = 3_600_000;
const DURATION_MS = 600_000;

const ITEMS = new Map<number, Item>(
  [1, 2, 3, 4, 5].map((number) => [number, { number, name: `q${number}`, kind: 'essay', text: '', options: [] }]),
);

/** `saves`: what is taken is durable at once. `stands`: it stays pending until the test says so. */
type Queue = 'saves' | 'stands';
type Api =
  | { kind: 'up' }
  | { kind: 'down' }
  | { kind: 'says'; code: RefusalCode; retryAfterS?: number; state?: string };

export type FakeRoom = {
  readonly clock: TestClock;
  /** What the store holds, by revision. */
  readonly durable: Map<number, Answer>;
  /** Every message that came, in order. */
  readonly heard: { readonly type: string; readonly message: never; readonly at: number }[];
  readonly entries: { readonly entryId: string; readonly fence: number; readonly at: number }[];
  api: Api;
  queue: Queue;
  /** Whether heartbeats and messages are answered. */
  wire: 'whole' | 'dead';
  /** Whether a socket opens at all, and whether the api takes what has no socket. */
  sockets: 'open' | 'blocked';
  road: 'open' | 'closed';
  /** What came over HTTP: the paths, in order. */
  readonly travelled: string[];
  status: RoomState;
  submittedAt: number;
  enter(options?: Partial<EnterOptions>): Promise<ExamSession>;
  /** Another device enters. */
  otherDevice(): void;
  tell<T extends OutgoingType>(type: T, message: Outgoing[T]): void;
  setStatus(status: RoomState): void;
  /** Holds or releases this examinee, or moves the deadline, and tells so. */
  setClock(clock: { readonly deadlineAt?: number; readonly heldSince?: number; readonly locked?: boolean }): void;
  /** The sheet is in progress again. */
  reopen(): void;
  readonly serverNow: () => number;
  /** Makes what is pending durable. */
  flush(): void;
  /** Closes the live socket. */
  drop(code?: number): void;
  socketCount(): number;
  /** The api as a fetch. */
  readonly fetch: typeof globalThis.fetch;
};

/** A running room with one examinee. */
export function createFakeRoom(): FakeRoom {
  const clock = createTestClock();
  let fence = 0;
  let lastEntryId = '';
  let handlers: SocketHandlers | undefined;
  let sockets = 0;
  let sheet: AnswerSheet = createSheet(0);
  /** What the room says while it answers a request. */
  let collected: { type: string; message: object }[] | undefined;
  const contents = new Map<number, Answer>();
  const serverNow = () => clock.now() + SERVER_AHEAD_MS;
  let clockNow = { deadlineAt: SERVER_AHEAD_MS + DURATION_MS, heldSince: 0, locked: false };
  const windowNow = () => ({ status: room.status, startsAt: SERVER_AHEAD_MS, ...clockNow });

  const room: FakeRoom = {
    clock,
    durable: new Map(),
    heard: [],
    entries: [],
    api: { kind: 'up' },
    queue: 'saves',
    wire: 'whole',
    sockets: 'open',
    road: 'closed',
    travelled: [],
    status: 'running',
    submittedAt: 0,
    enter: (options = {}) =>
      enterExam({
        url: 'http://room.test',
        code: 'CODE',
        deviceKey: 'device-key',
        storage: memoryOutbox(),
        clock,
        random: () => 0.5,
        fetch,
        open: openSocket,
        ...options,
      }),
    otherDevice() {
      enterAs(`other-${fence}`);
      room.tell('session.fenced', { fence });
      room.drop(4011);
    },
    tell(type, message) {
      if (collected !== undefined) collected.push({ type, message });
      else if (room.wire === 'whole') handlers?.message(type, structuredClone(message));
    },
    setStatus(status) {
      room.status = status;
      room.tell('room.status', windowNow());
    },
    setClock(clock) {
      clockNow = { ...clockNow, ...clock };
      room.tell('room.status', windowNow());
    },
    reopen() {
      sheet.phase = 'in-progress';
    },
    serverNow,
    flush() {
      for (const [revision, { hash }] of [...sheet.pending]) becomeDurable(revision, hash);
    },
    drop(code = 1006) {
      const closing = handlers;
      handlers = undefined;
      closing?.closed(code);
    },
    socketCount: () => sockets,
    fetch,
  };

  function enterAs(entryId: string): void {
    if (entryId !== lastEntryId) fence++;
    lastEntryId = entryId;
    sheet.fence = fence;
    room.entries.push({ entryId, fence, at: clock.now() });
  }

  function becomeDurable(revision: number, hash: string): void {
    const answer = contents.get(revision);
    if (answer === undefined) throw new Error('an answer that never came');
    room.durable.set(revision, answer);
    const outcome = noteDurable(sheet, answer.item, revision, hash);
    if (outcome === 'current') room.tell('answer.current', answer);
    else if (outcome === 'saved') room.tell('answer.saved', { saved: [[answer.item, revision]] });
    else room.tell('answer.superseded', { superseded: [[answer.item, revision]] });
  }

  async function fetch(...[input, init]: Parameters<typeof globalThis.fetch>): Promise<Response> {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    if (room.api.kind === 'down') throw new TypeError('fetch failed');
    if (pathname.endsWith('/sheet'))
      return json(200, {
        examineeId: EXAMINEE,
        planId: 'plan',
        state: 'submitted',
        endedAt: room.submittedAt,
        source: 'store',
        answers: current(),
      });
    if (room.api.kind === 'says') {
      const { code, retryAfterS, state } = room.api;
      const { retry, message } = refuse(code);
      return json(
        503,
        { code, retry, detail: message, state },
        retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) },
      );
    }
    if (room.road === 'open' && pathname.includes(EXAMINEE)) return travel(pathname, init?.body);
    if (!pathname.endsWith('/enter')) return json(404, { code: 'ROUTE_UNKNOWN', retry: 'never', detail: '' });
    enterAs((JSON.parse(String(init?.body)) as { entryId: string }).entryId);
    return json(200, enterReply());
  }

  function travel(pathname: string, body: unknown): Response {
    const what = pathname.split('/').at(-1) ?? '';
    room.travelled.push(what);
    const given = JSON.parse(String(body ?? '{}')) as { answers?: Answer[]; revisions?: [number, number][] };
    collected = [];
    for (const answer of given.answers ?? []) takeAnswer(answer);
    if (given.revisions !== undefined) submit(given.revisions);
    const told = collected;
    collected = undefined;
    const all = (type: string, member: string) =>
      told.flatMap((one) => (one.type === type ? ((one.message as Record<string, unknown[]>)[member] ?? []) : []));
    if (what === 'standing') return json(200, standing());
    if (what === 'submit') {
      const { type, message } = told[0] ?? { type: '', message: {} };
      return type === 'sheet.submitted' ? json(200, message) : json(409, { ...message, detail: '' });
    }
    const [saved, superseded] = [all('answer.saved', 'saved'), all('answer.superseded', 'superseded')];
    const named = new Set([...saved, ...superseded].map((one) => (one as [number, number])[1]));
    const refusals = all('answer.refused', 'refused');
    for (const one of refusals) named.add((one as { revision: number }).revision);
    const pending = (given.answers ?? []).filter(({ revision }) => !named.has(revision));
    return json(200, {
      ...{ saved, superseded, refusals, retryAfterMs: 2_000 },
      pending: pending.map(({ item, revision }) => [item, revision]),
    });
  }

  function standing(): object {
    const { status } = room;
    const own = { status: room.submittedAt === 0 ? 'answering' : 'submitted', admission: 'admitted', controls: [] };
    const place = { roomId: 'room', label: 'Room 1', status, startsAt: SERVER_AHEAD_MS };
    return { ...own, room: place, ...clockNow, now: serverNow() };
  }

  function current(): Answer[] {
    return vectorOf(sheet)
      .map(([, revision]) => room.durable.get(revision))
      .filter((answer) => answer !== undefined);
  }

  function enterReply(): EnterReply {
    return {
      token: `token-${fence}`,
      reservation: { name: 'exam', sessionId: `seat-${room.entries.length}`, roomId: 'room', processId: 'process' },
      examinee: { examineeId: EXAMINEE, label: 'Kim', status: 'answering', fence, hasPhoto: false },
      room: { roomId: 'room', label: 'Room 1', status: room.status, startsAt: SERVER_AHEAD_MS },
      plan: {
        ...{ planId: 'plan', name: 'Plan', durationMs: DURATION_MS, warningsMs: [300_000, 60_000] },
        ...{ navigation: 'free', rules: '', signals: [] },
      },
      exportKey: { keyId: 'key', publicKey: '', proof: '' },
      ...clockNow,
      now: serverNow(),
      sheet: { state: 'in-progress', answers: current() },
    };
  }

  function openSocket(...[, opened]: Parameters<OpenSocket>): ReturnType<OpenSocket> {
    sockets++;
    if (handlers !== undefined) room.drop(4012);
    if (room.sockets === 'blocked') {
      clock.after(1, () => opened.closed(1006));
      return { send: () => false, close() {} };
    }
    handlers = opened;
    clock.after(1, () => {
      if (handlers === opened) opened.joined();
    });
    return {
      send(type, message) {
        if (handlers !== opened) return false;
        room.heard.push({ type, message: message as never, at: clock.now() });
        if (room.wire === 'whole') clock.after(1, () => receive(type as IncomingType, message));
        return true;
      },
      close() {
        if (handlers === opened) handlers = undefined;
      },
    };
  }

  function receive(type: IncomingType, message: unknown): void {
    const given = INCOMING[type].parse(message) as never;
    if (type === 'heartbeat') room.tell('heartbeat', { sentAt: (given as { sentAt: number }).sentAt, at: serverNow() });
    if (type === 'answer.save') for (const answer of (given as { answers: Answer[] }).answers) takeAnswer(answer);
    if (type === 'signal.report') room.tell('signal.taken', { number: (given as { number: number }).number });
    if (type === 'sheet.submit') submit((given as { revisions: [number, number][] }).revisions);
  }

  function takeAnswer(answer: Answer): void {
    const verdict = decideAnswer(sheet, ITEMS.get(answer.item), answer, windowNow(), serverNow());
    const { item, revision } = answer;
    if (isRefusal(verdict)) {
      const { refused: code, ...rest } = verdict;
      return room.tell('answer.refused', { refused: [{ item, revision, code, ...rest }] });
    }
    if (verdict.verdict === 'take') {
      contents.set(revision, answer);
      noteTaken(sheet, item, revision, verdict.hash, serverNow());
      if (room.queue === 'saves') becomeDurable(revision, verdict.hash);
    }
    if (verdict.verdict === 'pending')
      room.tell('answer.pending', { pending: [[item, revision]], retryAfterMs: 2_000 });
    if (verdict.verdict === 'saved') room.tell('answer.saved', { saved: [[item, revision]] });
    if (verdict.verdict === 'superseded') room.tell('answer.superseded', { superseded: [[item, revision]] });
  }

  function submit(named: [number, number][]): void {
    if (room.submittedAt === 0) {
      const verdict = decideSubmit(sheet, named, windowNow(), serverNow());
      if (isRefusal(verdict)) {
        const { refused: code, retry, message } = verdict;
        return room.tell(
          'sheet.refused',
          'missing' in verdict && verdict.missing
            ? { code, retry, message, missing: verdict.missing }
            : { code, retry, message },
        );
      }
      if (verdict.verdict === 'wait') return;
      room.submittedAt = serverNow();
      sheet = { ...sheet, phase: 'submitted' };
    }
    room.tell('sheet.submitted', { submittedAt: room.submittedAt, revisions: vectorOf(sheet) });
  }

  return room;
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}
