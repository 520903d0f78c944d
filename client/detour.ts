// The way around a dead socket: when there has been no link for five seconds, the outbox goes over HTTP, in the same bounded
// batches, one request in flight, and how the examinee stands is asked every few seconds. It ends as soon as the link is up
// again. Decides nothing about answers: what the api says goes to the outbox in the words of the socket. Called by session.
import type { ItemRevision, RefusedAnswer, SentAnswer } from '../schema/messages.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { AnswersReply, StandingReply, SubmitReply } from '../schema/replies.ts';
import { fullJitterMs, halfJitterMs } from './backoff.ts';
import type { ClientClock } from './clock.ts';
import { type Api, exchange, type Outcome, type Unwanted } from './http.ts';

/**
 * It is taken after `afterMs` without a link, by a crowd within `spreadMs`; how one stands is asked every `lookMs` or a little
 * sooner; waits after a failure grow to `mostMs`.
 */
export const DETOUR = { afterMs: 5_000, spreadMs: 2_000, lookMs: 3_500, baseMs: 1_000, mostMs: 15_000 } as const;
/** So many exchanges in a row may fail before it counts as closed. */
const FAILURES = 2;

export type DetourParts = {
  readonly api: Api;
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly examineeId: string;
  readonly signal: AbortSignal;
  token(): string;
  /** What to send now, noted as sent; and when there may be something: those of the outbox. */
  nextBatch(now: number): SentAnswer[];
  nextAt(): number | undefined;
  /** It begins: what the dead socket was asked is asked again. */
  begins(): void;
  saved(reply: AnswersReply): void;
  batchRefused(refusal: Omit<RefusedAnswer, 'item' | 'revision'>): void;
  standing(reply: StandingReply, sentAt: number, receivedAt: number): void;
  submitted(reply: SubmitReply): void;
  submitRefused(refusal: Refusal): void;
  /** Another device continues. */
  fenced(): void;
  /** Whether answers go this way now. */
  changed(isOn: boolean): void;
};

export type Detour = {
  isOn(): boolean;
  /** The link is up, down, or over for good. */
  link(state: 'up' | 'down' | 'over'): void;
  /** There may be something to send. */
  poke(): void;
  /** Ends the sheet over HTTP; false where that is not the way now, or it is being asked. */
  submit(revisions: readonly ItemRevision[]): boolean;
};

/** A detour that is not needed yet. */
export function createDetour(parts: DetourParts): Detour {
  const { clock, random, examineeId } = parts;
  const path = (what: string) => `v1/examinees/${examineeId}/${what}`;
  let state: 'up' | 'down' | 'over' = 'up';
  let isOn = false;
  let isBusy = false;
  let failures = 0;
  let lookAt = 0;
  let notBefore = 0;
  let submitting: readonly ItemRevision[] | undefined;
  let cancel = (): void => {};

  const become = (on: boolean) => {
    if (on === isOn) return;
    isOn = on;
    parts.changed(on);
  };

  const isWanted = () => state === 'down' && !parts.signal.aborted;

  function wakeIn(ms: number): void {
    cancel();
    cancel = clock.after(Math.max(1, ms), () => void run());
  }

  /** The next step at once, or the timer for it. */
  function next(): void {
    cancel();
    if (!isWanted() || isBusy) return;
    const now = clock.now();
    const due = Math.min(submitting === undefined ? lookAt : now, parts.nextAt() ?? Number.POSITIVE_INFINITY);
    const at = Math.max(due, notBefore);
    if (at > now) wakeIn(at - now);
    else void run();
  }

  /** One exchange. Never rejects. */
  async function run(): Promise<void> {
    if (!isWanted() || isBusy) return;
    isBusy = true;
    try {
      await step();
    } finally {
      isBusy = false;
      next();
    }
  }

  async function step(): Promise<void> {
    const now = clock.now();
    // Until it is known to work only a look is risked: a batch that nobody answers would keep the outbox waiting.
    if (isOn && submitting !== undefined) return submit(submitting);
    const answers = isOn ? parts.nextBatch(now) : [];
    return answers.length > 0 ? save(answers) : look(now);
  }

  async function save(answers: SentAnswer[]): Promise<void> {
    const outcome = await ask('answers', { answers });
    if (outcome.kind === 'reply') return parts.saved(outcome.body as AnswersReply);
    const { refusal } = outcome;
    if (refusal !== undefined && refusal.retry !== 'stop') {
      const { refused: code, retry, message } = refusal;
      const again = outcome.kind === 'later' ? { retryAfterMs: outcome.retryAfterMs } : {};
      parts.batchRefused({ code, retry: isAboutBatch(refusal) ? retry : 'later', message, ...again });
    }
  }

  async function look(now: number): Promise<void> {
    lookAt = now + halfJitterMs(0, DETOUR.lookMs, DETOUR.lookMs, random());
    const outcome = await ask('standing');
    if (outcome.kind !== 'reply' || !isWanted()) return; // a socket that is back knows better
    if (!isOn) {
      become(true);
      parts.begins();
    }
    parts.standing(outcome.body as StandingReply, now, clock.now());
  }

  async function submit(revisions: readonly ItemRevision[]): Promise<void> {
    const outcome = await ask('submit', { revisions });
    submitting = undefined;
    if (outcome.kind === 'reply') return parts.submitted(outcome.body as SubmitReply);
    const { refusal } = outcome;
    const isDecided = refusal !== undefined && !CLOSED.includes(refusal.refused);
    const retryAfterMs = outcome.kind === 'later' ? outcome.retryAfterMs : 0;
    parts.submitRefused({ ...(isDecided ? refusal : refuse('ROOM_ELSEWHERE')), retryAfterMs });
  }

  async function ask(what: 'answers' | 'submit' | 'standing', body?: unknown): Promise<Outcome> {
    const { api, signal } = parts;
    const request = { path: path(what), token: parts.token(), signal };
    const outcome = await exchange(api, body === undefined ? request : { ...request, body });
    if (outcome.kind === 'reply' && isUsable(what, outcome.body)) failures = 0;
    else return failed(outcome.kind === 'reply' ? NOT_OURS : outcome);
    return outcome;
  }

  /** A refusal of the rules says that the way is open; what never came, and what is not known there, that it is not. */
  function failed(outcome: Unwanted): Unwanted {
    if (outcome.refusal?.retry === 'stop') parts.fenced();
    const isOpen = outcome.refusal !== undefined && !CLOSED.includes(outcome.refusal.refused);
    failures++;
    if (!isOpen && failures >= FAILURES) become(false);
    const retryAfterMs = outcome.kind === 'later' ? outcome.retryAfterMs : 0;
    notBefore = clock.now() + retryAfterMs + fullJitterMs(failures, DETOUR.baseMs, DETOUR.mostMs, random());
    return outcome;
  }

  return {
    isOn: () => isOn,
    link(now) {
      if (now === state) return;
      state = now;
      cancel();
      if (now !== 'down') return become(false);
      failures = 0;
      notBefore = clock.now() + DETOUR.afterMs + fullJitterMs(0, DETOUR.spreadMs, DETOUR.spreadMs, random());
      lookAt = notBefore;
      next();
    },
    poke: next,
    submit(revisions) {
      if (!isOn || submitting !== undefined) return false;
      submitting = revisions;
      next();
      return true;
    },
  };
}

const NOT_OURS: Unwanted = { kind: 'later', retryAfterMs: 0, reason: 'NETWORK' };
/** An older api, a token that has run out until the link's loop has a new one, or too much at once. */
const CLOSED: readonly string[] = [
  'ROUTE_UNKNOWN',
  'METHOD_REFUSED',
  'LOGIN_REQUIRED',
  'STORE_AWAY',
  'INTERNAL',
  'BUSY',
];

/** Whether sending the very same batch again would be refused for ever. */
function isAboutBatch({ refused }: Refusal): boolean {
  return refused === 'REQUEST_INVALID' || refused === 'REQUEST_TOO_LARGE';
}

/** The members that the session cannot do without. */
function isUsable(what: 'answers' | 'submit' | 'standing', body: unknown): boolean {
  const reply = body as Partial<AnswersReply & SubmitReply & StandingReply> | null;
  if (what === 'answers') return Array.isArray(reply?.saved) && Array.isArray(reply.refusals);
  if (what === 'submit') return typeof reply?.submittedAt === 'number' && Array.isArray(reply.revisions);
  return typeof reply?.status === 'string' && typeof reply.now === 'number' && Array.isArray(reply.controls);
}
