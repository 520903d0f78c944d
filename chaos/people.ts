// Examinees who behave like people, through the client's own programmes: they answer in bursts, change their minds, come
// back after whatever happens, and some submit. Each remembers what was given and what was told, for the invariants.
// Called by exam.ts and by the faults that people make.
import { enterExam } from '../client/enter-exam.ts';
import { memoryOutbox } from '../client/outbox-memory.ts';
import type { OutboxStorage } from '../client/outbox-storage.ts';
import type { ExamSession } from '../client/session.ts';
import { between, type Random, seededRandom } from '../loadtest/random.ts';
import type { Response as Answered } from '../schema/answers.ts';
import type { Given, PersonHistory, Read, Saved } from './history.ts';
import { createMeddler, type Meddler } from './meddling.ts';
import type { Network } from './network.ts';

/** Stands around whatever is somebody's own: the answers of person 17 carry ⟦17⟧, and nobody else may be sent it. */
export function markOf(index: number): string {
  return `⟦${index}⟧`;
}

export type PersonSeat = {
  readonly index: number;
  readonly examineeId: string;
  readonly roomId: string;
  readonly label: string;
  readonly code: string;
  readonly network: Network;
  readonly networkName: string;
};

export type Person = {
  readonly seat: PersonSeat;
  readonly meddler: Meddler;
  /** The present session; another one after a reload or on another device. */
  session(): ExamSession;
  /** Answers items, each with something that nobody has ever given. */
  answer(random: Random, count: number): void;
  /** `hastily`: by a programme that does not wait until everything is saved. */
  submit(hastily: boolean): void;
  /** Controls of which any of this person's programmes was told. */
  readonly heard: ReadonlySet<string>;
  /** What was asked to be submitted, or is. */
  isSubmitting(): boolean;
  /** Online with nothing unsaved, but for whose clock stands; or through with the exam. */
  isBack(): boolean;
  /** The same, with a clock that runs and without a submit that waits. */
  isQuiet(): boolean;
  /** In the room with a link, and not through. */
  isOnline(): boolean;
  savedCount(): number;
  /** The session ids under which sockets of this person came. */
  readonly tickets: ReadonlySet<string>;
  foreign(bytes: number): void;
  early(bytes: number): void;
  /** Enters once more: on the same device with its outbox, as after a reload, or as another tab or device with an empty one. */
  comeAgain(how: 'reload' | 'tab' | 'device'): Promise<void>;
  isComing(): boolean;
  history(back: { backAfterMs: number | undefined; wasAway: boolean }): PersonHistory;
  leave(): Promise<void>;
};

/** Who wants to know what this person is told. */
export type Listeners = {
  /** Of every "saved", to look into the store. */
  readonly saved: (examineeId: string, saved: Saved) => void;
  /** Of every reply to an entering, as it came. */
  readonly shown: (index: number, text: string) => void;
};

export const ITEMS = 120;
/** Every so many items is an essay, whose older revisions are pruned. */
export const ESSAY_EVERY = 20;
const ESSAY_LENGTH = 300;

/** Enters; the link comes up by itself. */
export async function seatPerson(seat: PersonSeat, listeners: Listeners): Promise<Person> {
  const given: Given[] = [];
  const known = new Set<number>();
  const values = new Map<string, number>();
  const saved: Saved[] = [];
  const reads: Read[] = [];
  const tickets = new Set<string>();
  const heard = new Set<string>();
  const others: ExamSession[] = [];
  let foreignBytes = 0;
  let earlyBytes = 0;
  let counter = 0;
  let devices = 1;
  let nextItem = 1 + (seat.index % ITEMS);
  let storage = memoryOutbox();
  let submitted: PersonHistory['submitted'];
  let isSubmitting = false;
  let isComing = false;

  /** Under another revision than it was given by, an answer is sent again by the programme itself: its own, if it says the same. */
  const note = (item: number, revision: number, response: Answered): void => {
    if (known.has(revision)) return;
    known.add(revision);
    given.push({ item, revision, response, at: Date.now() });
  };

  const watch = (session: ExamSession): ExamSession => {
    session.on('answer', ({ item, revision, state }) => {
      if (!known.has(revision)) {
        const view = session.answers().get(item);
        if (view?.revision === revision && values.get(JSON.stringify(view.response)) === item)
          note(item, revision, view.response);
      }
      if (state !== 'saved') return;
      const told: Saved = { item, revision, at: Date.now() };
      saved.push(told);
      savedRevisions.add(revision);
      listeners.saved(seat.examineeId, told);
    });
    session.on('control', ({ controlId }) => void heard.add(controlId));
    session.on('submitted', ({ revisions }) => {
      submitted = { revisions: revisions.map(([item, revision]) => [item, revision] as const) };
    });
    for (const { item, revision, response } of session.outbox())
      if (values.get(JSON.stringify(response)) === item) note(item, revision, response);
    return session;
  };

  const left = new AbortController();
  const savedRevisions = new Set<number>();
  const meddler = createMeddler(seededRandom(`frames ${seat.examineeId}`), (revision) => savedRevisions.has(revision));

  const enter = async (deviceKey: string, own: OutboxStorage): Promise<ExamSession> => {
    const { network, code } = seat;
    const session = await enterExam({
      ...{
        url: network.url,
        code,
        deviceKey,
        storage: own,
        fetch: reading(reads, (text) => listeners.shown(seat.index, text)),
      },
      signal: left.signal,
      open(reservation, handlers) {
        tickets.add(reservation.sessionId);
        return meddler.open(network.open)(reservation, handlers);
      },
    });
    return watch(session);
  };

  const say = () => {
    session.submit().catch(() => undefined); // refused, or left: what was told decides
  };
  let session = await enter(deviceOf(seat, devices), storage);

  return {
    seat,
    ...{ tickets, meddler, heard },
    session: () => session,
    answer(random, count) {
      if (isComing) return; // there is no programme, or another one in a moment
      for (let n = 0; n < count; n++) {
        // Mostly onwards, now and then back to an item that was answered before.
        const item = random() < 0.15 ? between(random, 1, ITEMS) : nextItem;
        if (item === nextItem) nextItem = (nextItem % ITEMS) + 1;
        const response = responseOf(seat.index, item, ++counter);
        values.set(JSON.stringify(response), item);
        note(item, session.answer(item, response), response);
      }
    },
    submit(hastily) {
      isSubmitting = true;
      if (hastily) meddler.submit();
      say();
    },
    isSubmitting: () => isSubmitting,
    savedCount: () => saved.length,
    isBack() {
      const isThrough = session.outbox().length === 0 || isHeld(session);
      if (isComing) return false;
      return session.status() === 'submitted' || (session.link() === 'online' && isThrough);
    },
    isQuiet() {
      if (isComing) return false;
      if (isSubmitting) return session.status() === 'submitted';
      return session.link() === 'online' && session.outbox().length === 0 && !isHeld(session);
    },
    isOnline: () => session.link() === 'online' && session.status() !== 'submitted',
    foreign(bytes) {
      foreignBytes += bytes;
    },
    early(bytes) {
      earlyBytes += bytes;
    },
    async comeAgain(how) {
      isComing = true;
      const before = session;
      try {
        if (how === 'reload') await before.leave();
        if (how === 'device') devices += 1;
        const own = how === 'reload' ? storage : memoryOutbox();
        session = await enter(deviceOf(seat, devices), own);
        storage = own;
        if (how !== 'reload') others.push(before);
        if (isSubmitting) say(); // the programme of before has taken the wish with it
      } finally {
        isComing = false;
      }
    },
    isComing: () => isComing,
    history: (back) => ({
      examineeId: seat.examineeId,
      roomId: seat.roomId,
      label: seat.label,
      ...{ given, saved, reads, foreignBytes, earlyBytes, heard: [...heard], believed: meddler.believed() },
      ...(submitted === undefined ? {} : { submitted }),
      ...back,
      shown: shownBy(session),
    }),
    async leave() {
      left.abort();
      await Promise.all([...others, session].map((one) => one.leave()));
    },
  };
}

function isHeld(session: ExamSession): boolean {
  const { status, heldSince } = session.room();
  return status === 'paused' || heldSince !== 0;
}

function deviceOf({ examineeId }: PersonSeat, device: number): string {
  return `device-${device}-${examineeId}`;
}

function responseOf(index: number, item: number, counter: number): string {
  const text = `${markOf(index)} ${item}.${counter}`;
  return item % ESSAY_EVERY === 0 ? `${text} ${'word '.repeat(ESSAY_LENGTH / 5)}` : text;
}

function shownBy(session: ExamSession): PersonHistory['shown'] {
  const { deadlineAt, heldSince } = session.room();
  return {
    link: session.link(),
    unsaved: session.outbox().length,
    answers: [...session.answers().values()].map(({ item, revision, response, state }) => ({
      item,
      revision,
      response,
      state,
    })),
    deadlineAt,
    heldSince,
    remainingMs: session.remainingMs(),
    at: Date.now(),
  };
}

/** The network's fetch, which remembers each sheet that an entering has shown. */
function reading(reads: Read[], shown: (text: string) => void): typeof fetch {
  return async (input, init) => {
    const askedAt = Date.now();
    const response = await fetch(input, init);
    if (!String(input).endsWith('/v1/enter') || response.status !== 200) return response;
    const text = await response.text();
    shown(text);
    reads.push({ askedAt, answers: sheetOf(text) });
    return new Response(text, { status: response.status, headers: response.headers });
  };
}

function sheetOf(text: string): Read['answers'] {
  const { sheet } = JSON.parse(text) as { sheet: { answers: Read['answers'] } };
  return sheet.answers.map(({ item, revision, response }) => ({ item, revision, response }));
}
