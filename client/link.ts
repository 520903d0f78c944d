// The link to the room: one socket at a time, a heartbeat on it, and a loop that comes back for ever by entering again
// with the same entry id. It ends only when it is told so. It knows nothing of answers. Called by session and proctor.

import { CLOSE } from '../schema/close-codes.ts';
import { LIMITS } from '../schema/limits.ts';
import type { Incoming, IncomingType, Outgoing } from '../schema/messages.ts';
import type { Refusal } from '../schema/refusals.ts';
import type { Reservation } from '../schema/reservations.ts';
import { type ClientClock, pause } from './clock.ts';
import { comebackMs } from './enter.ts';
import type { LinkCause, LinkEvent, LinkState } from './events.ts';
import { startHeartbeat } from './heartbeat.ts';
import { messageBytes } from './message-size.ts';
import type { OpenSocket, Socket } from './socket.ts';

const JOIN_MS = 10_000;
/** A link that lived this long counts as a good one: the next loss starts with short waits again. */
const GOOD_MS = 10_000;

/** With each so manieth beat the device says how long the one before took: it is one figure among many. */
const SAID_EACH_BEATS = 10;

/** What asking for a new reservation comes to. */
export type Reserved =
  | { readonly kind: 'entered'; readonly reservation: Reservation }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'later'; readonly retryAfterMs: number; readonly reason?: string };

export type LinkEffects = {
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly open: OpenSocket;
  /** Enters again. Never rejects. */
  reserve(signal: AbortSignal): Promise<Reserved>;
  state(event: LinkEvent): void;
  message(type: string, payload: unknown): void;
  changed(state: unknown): void;
  /** What the heartbeat says beside its instant. */
  report(): Omit<Incoming<'heartbeat'>, 'sentAt'>;
  /** One heartbeat's exchange, for the server's clock. */
  exchanged(sentAt: number, serverAt: number, receivedAt: number): void;
  /** Entering again was refused for good: the link has ended. */
  refused(refusal: Refusal): void;
  /** A socket closed: whether to come back. */
  afterClose(): 'return' | 'end';
};

/** What the server's close codes say of why it closed. */
const CAUSES: Readonly<Record<number, LinkCause>> = {
  [CLOSE.restarting]: 'restarting',
  [CLOSE.ownerLost]: 'room-elsewhere',
  [CLOSE.moved]: 'moved',
};

/** Whether messages can be sent in this state. */
export function isUp(state: LinkState): boolean {
  return state === 'online' || state === 'trouble';
}

export type SendResult = 'sent' | 'offline' | 'too-large';
export type Link = {
  state(): LinkState;
  /** Sends now or not at all; `too-large` is never sent, as it would close the socket. */
  send<T extends IncomingType>(type: T, payload: Incoming<T>): SendResult;
  /** One beat more, at once, where the link is up. */
  beat(): void;
  /** Does not wait any longer before the next try. */
  wake(): void;
  end(state: 'fenced' | 'ended'): void;
};

/** Opens the link with this first reservation and keeps it open. */
export function openLink(first: Reservation, effects: LinkEffects): Link {
  const { clock, random } = effects;
  const over = new AbortController();
  let state: LinkState = 'connecting';
  let socket: Socket | undefined;
  let beat = (): void => {};
  let waiting = new AbortController();
  /** The last socket was closed because another room has who sits here: nothing to wait for. */
  let isSent = false;
  /** It was closed in order, and another process has the room: the first try may come soon, spread over a second. */
  let isTold = false;
  /** Of the last close that said one, while the link is down. */
  let why: LinkCause | undefined;

  const become = (next: LinkState) => {
    if (next === state || over.signal.aborted) return;
    state = next;
    if (isUp(next)) why = undefined;
    effects.state(why === undefined ? { state: next } : { state: next, why });
  };

  /** Resolves with how long the link was up when this socket is over, for whatever reason. */
  const serve = (reservation: Reservation) =>
    new Promise<number>((resolve) => {
      let isFinished = false;
      isSent = false;
      isTold = false;
      let upSince: number | undefined;
      let stopHeartbeat = (): void => {};
      const finish = (how: 'leave' | 'drop') => {
        if (isFinished) return;
        isFinished = true;
        cancelJoin();
        stopHeartbeat();
        over.signal.removeEventListener('abort', leave);
        socket = undefined;
        beat = () => {};
        opened.close(how);
        resolve(upSince === undefined ? 0 : clock.now() - upSince);
      };
      const leave = () => finish('leave');
      const join = () => {
        if (isFinished) return;
        cancelJoin();
        upSince = clock.now();
        socket = opened;
        const heartbeat = startHeartbeat(clock, {
          send: (sentAt) => opened.send('heartbeat', { sentAt, ...effects.report(), ...roundTrip() }),
          trouble: () => become('trouble'),
          fine: () => become('online'),
          silent: () => finish('drop'),
        });
        stopHeartbeat = heartbeat.stop;
        answered = heartbeat.answered;
        beat = heartbeat.beat;
        become('online');
      };
      const roundTrip = () => {
        if (roundTripMs === undefined || ++beats % SAID_EACH_BEATS !== 0) return {};
        return { roundTripMs: Math.min(Math.round(roundTripMs), LIMITS.roundTripMs) };
      };
      let roundTripMs: number | undefined;
      let beats = 0;
      let answered = (_sentAt: number): void => {};
      const hear = (type: string, payload: unknown) => {
        if (type !== 'heartbeat') return effects.message(type, payload);
        const beat = payload as Outgoing['heartbeat'] | undefined;
        if (typeof beat?.sentAt !== 'number') return;
        answered(beat.sentAt);
        roundTripMs = Math.max(0, clock.now() - beat.sentAt);
        effects.exchanged(beat.sentAt, beat.at, clock.now());
      };
      const closed = (code: number) => {
        if (code === CLOSE.fenced) link.end('fenced');
        isSent = code === CLOSE.moved;
        isTold = code === CLOSE.restarting || code === CLOSE.ownerLost;
        why = CAUSES[code] ?? why;
        finish('drop');
      };
      const cancelJoin = clock.after(JOIN_MS, () => finish('drop'));
      const opened = effects.open(reservation, { joined: join, message: hear, changed: effects.changed, closed });
      over.signal.addEventListener('abort', leave);
    });

  const wait = async (tries: number, told: { readonly retryAfterMs: number; readonly reason?: string }) => {
    waiting = new AbortController();
    await pause(clock, comebackMs(tries, told, random()), AbortSignal.any([waiting.signal, over.signal]));
  };

  async function run(): Promise<void> {
    let reservation: Reservation | undefined = first;
    for (let tries = 0; !over.signal.aborted; tries++) {
      let told: { readonly retryAfterMs: number; readonly reason?: string } = { retryAfterMs: 0 };
      if (reservation !== undefined) {
        if ((await serve(reservation)) >= GOOD_MS || isTold) tries = 0;
        reservation = undefined;
        if (effects.afterClose() === 'end') link.end('ended');
      } else {
        const reserved = await effects.reserve(over.signal);
        if (reserved.kind === 'entered') {
          reservation = reserved.reservation;
          continue;
        }
        if (reserved.kind === 'refused') return giveUp(reserved.refusal);
        told = reserved;
      }
      become('reconnecting');
      if (!over.signal.aborted && !isSent) await wait(tries, told);
      isSent = false;
    }
  }
  const giveUp = (refusal: Refusal) => {
    if (over.signal.aborted) return;
    link.end(refusal.retry === 'stop' ? 'fenced' : 'ended');
    effects.refused(refusal);
  };

  const link: Link = {
    state: () => state,
    send(type, payload) {
      if (socket === undefined) return 'offline';
      if (messageBytes(payload) > LIMITS.messageBytes) return 'too-large';
      return socket.send(type, payload) ? 'sent' : 'offline';
    },
    beat: () => beat(),
    wake: () => waiting.abort(),
    end(next) {
      if (over.signal.aborted) return;
      become(next);
      over.abort();
    },
  };
  run().catch((cause: unknown) => {
    link.end('ended');
    throw cause; // a bug: nothing above rejects
  });
  return link;
}
