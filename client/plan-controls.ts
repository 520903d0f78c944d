// A chief proctor's controls for the whole plan, and a proctor's for people of several of the own rooms: over REST, because
// they are no single room's. Sent again under the same id until the api has stored them, then asked for until they are
// final. Used by proctors' programmes.
import { newId } from '../schema/ids.ts';
import type { Refusal, RefusalCode } from '../schema/refusals.ts';
import type { ControlReply } from '../schema/replies.ts';
import type { ControlBody } from '../schema/requests.ts';
import { fullJitterMs } from './backoff.ts';
import { type ClientClock, deviceClock, pause } from './clock.ts';
import { RETRY_WAITS } from './enter.ts';
import { createEvents, type Listener } from './events.ts';
import type { ClientLog } from './faults.ts';
import { type Api, type Exchange, exchange, type Outcome } from './http.ts';

/** The sender hears something after this long, if only "pending". */
const PATIENCE_MS = 5_000;
const LOOK_MS = 1_000;

export type PlanControlWish = Omit<ControlBody, 'controlId' | 'roomId'>;

/**
 * `applied` and `failed` are final. `code` and `message` say why one was refused as a whole: nothing of it is stored then.
 * `reply` has each room's outcome and whom it has not reached; missing while the api has not answered.
 */
export type PlanControlResult = {
  readonly controlId: string;
  readonly state: ControlReply['state'];
  readonly code?: RefusalCode;
  readonly message?: string;
  readonly reply?: ControlReply;
};

export type PlanControlEvents = {
  /** What became of a control that was issued here. */
  control: PlanControlResult;
};

export type PlanControlsOptions = {
  /** The api's address, without /v1. */
  readonly url: string;
  /** A proctor's token, from POST /v1/login. */
  readonly token: string;
  readonly planId: string;
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
  readonly log?: ClientLog;
  readonly clock?: ClientClock;
};

export type PlanControls = {
  on<N extends keyof PlanControlEvents>(name: N, listener: Listener<PlanControlEvents[N]>): () => void;
  /**
   * Issues a control under a new id: for every room of the plan, which a chief may, or for the people it names. Resolves with
   * what is final, or with `pending` after five seconds; what a pending one comes to is told by a `control` event. A `failed`
   * one without a code has failed in some rooms: `reply` says in which.
   */
  issue(wish: PlanControlWish): Promise<PlanControlResult>;
  /** How far it has come by now; undefined where the api does not say. */
  look(controlId: string): Promise<ControlReply | undefined>;
  /** What is pending is not asked for any more; what the api has stored is applied all the same. */
  stop(): void;
};

/** Opens nothing: each call is a request. */
export function planControls(options: PlanControlsOptions): PlanControls {
  const { clock = deviceClock, random = Math.random, token, planId, log = () => {} } = options;
  const api: Api = { url: options.url, fetch: options.fetch ?? globalThis.fetch };
  const events = createEvents<PlanControlEvents>((fault) => log('warn', fault.message, { code: fault.code }));
  const stopped = new AbortController();
  const { signal } = stopped;
  const ask = (request: Exchange) => exchange(api, { ...request, token, signal });
  const lookAt = (controlId: string) => ask({ path: `v1/controls/${controlId}` });

  /** Until the api has stored or refused it. Undefined where this was stopped. */
  async function store(body: ControlBody): Promise<ControlReply | Refusal | undefined> {
    const path = `v1/plans/${encodeURIComponent(planId)}/controls`;
    for (let tries = 0; !signal.aborted; tries++) {
      const outcome = await ask({ path, body, key: body.controlId });
      const answer = outcome.kind === 'refused' ? outcome.refusal : replyOf(outcome);
      if (answer !== undefined) return answer;
      const retryAfterMs = outcome.kind === 'later' ? outcome.retryAfterMs : 0;
      const jitterMs = fullJitterMs(tries, RETRY_WAITS.baseMs, RETRY_WAITS.mostMs, random());
      await pause(clock, retryAfterMs + jitterMs, signal);
    }
    return undefined;
  }

  /** Never rejects. `note` hears of each answer of the api. Who may not ask any more hears nothing final. */
  async function untilFinal(body: ControlBody, note: (reply: ControlReply) => void): Promise<PlanControlResult> {
    const { controlId } = body;
    const stored = await store(body);
    if (stored === undefined) return { controlId, state: 'pending' };
    if ('refused' in stored) return { controlId, state: 'failed', code: stored.refused, message: stored.message };
    let reply = stored;
    while (reply.state === 'pending' && !signal.aborted) {
      note(reply);
      await pause(clock, LOOK_MS, signal);
      const outcome = await lookAt(controlId);
      if (outcome.kind === 'refused') break;
      reply = replyOf(outcome) ?? reply;
    }
    return { controlId, state: reply.state, reply };
  }

  return {
    on: events.on,
    issue(wish) {
      const controlId = newId();
      return new Promise((resolve) => {
        let pending: PlanControlResult = { controlId, state: 'pending' };
        const cancel = clock.after(PATIENCE_MS, () => resolve(pending));
        const note = (reply: ControlReply) => {
          pending = { controlId, state: 'pending', reply };
        };
        void untilFinal({ ...wish, controlId }, note).then((result) => {
          cancel();
          resolve(result);
          if (result.state !== 'pending') events.emit('control', result);
        });
      });
    },
    look: async (controlId) => replyOf(await lookAt(controlId)),
    stop: () => stopped.abort(),
  };
}

function replyOf(outcome: Outcome): ControlReply | undefined {
  if (outcome.kind !== 'reply') return undefined;
  const reply = outcome.body as Partial<ControlReply> | null;
  return typeof reply?.state === 'string' && reply.ledger !== undefined ? (reply as ControlReply) : undefined;
}
