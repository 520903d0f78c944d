// What a session tells its programme, typed by name. A listener that throws stops nothing: the session hears of it.
import type { Admission } from '../schema/admission.ts';
import type { Answer, Response } from '../schema/answers.ts';
import type { CallTold } from '../schema/calls.ts';
import type { ControlTold, ItemRevision } from '../schema/messages.ts';
import type { Refusal, RefusalCode } from '../schema/refusals.ts';
import type { ExamineeState, RoomState } from '../schema/states.ts';
import { ClientFault } from './faults.ts';
import type { OwnReceipt } from './receipts.ts';
import type { Submitted } from './submission.ts';

/** How far one answer has come. Only `saved` means safe. */
export type AnswerState = 'draft' | 'sent' | 'saved' | 'refused';

export type AnswerEvent = {
  readonly item: number;
  readonly revision: number;
  readonly state: AnswerState;
  readonly code?: RefusalCode;
  readonly message?: string;
};

/**
 * Why the link was lost, where the server said so: it is being started again, the room is moving between processes, or this
 * examinee now sits in another room. Until it is up again.
 */
export type LinkCause = 'restarting' | 'room-elsewhere' | 'moved';

/** `trouble`: no reply for 2.5 s. `fenced`: another device continues. `ended`: over, no more reconnecting. */
export type LinkState = 'connecting' | 'online' | 'trouble' | 'reconnecting' | 'fenced' | 'ended';

/**
 * Instants in epoch ms of the server's clock, 0 = not known yet. While `heldSince` is not 0 the clock stands: what was
 * left then is left now. `locked`: answers are kept here, and sent when a proctor unlocks.
 */
export type RoomEvent = {
  readonly status: RoomState;
  readonly startsAt: number;
  readonly deadlineAt: number;
  readonly heldSince: number;
  readonly locked: boolean;
};

/** Which way answers go while there is a way: `http` where the link has been lost for a while and the api answers. */
export type Road = 'socket' | 'http';

export type LinkEvent = { readonly state: LinkState; readonly why?: LinkCause };

export type SessionEvents = {
  answer: AnswerEvent;
  room: RoomEvent;
  link: LinkEvent;
  /** Answers go another way from now on; the link comes back by itself as ever. */
  road: { readonly road: Road };
  /** The examinee's own status, as it is stored. */
  status: { readonly status: ExamineeState };
  /** Whether a proctor has let the examinee in; who waits gets no paper and sends nothing. */
  admission: { readonly admission: Admission };
  /** A control that concerns this examinee, once for each. One with `mustConfirm` waits for `confirm`. */
  control: ControlTold;
  /** The room has stored the confirmation. */
  confirmed: { readonly controlId: string };
  /** Another room has this examinee from now on; the session goes on there by itself, with all that it holds. */
  moved: { readonly roomId: string; readonly label: string };
  /** The own raised hand: it is up, or what became of it. */
  call: CallTold;
  /**
   * Saving became slow, though there is a link and the sheet is open: since then the oldest answer waits, in epoch ms of the
   * server's clock. 0: it is as it should be again.
   */
  saving: { readonly slowSince: number };
  /** So much is left until the own deadline. */
  warning: { readonly leftMs: number };
  submitted: Submitted;
  /** The sheet has ended, by a submit or because time is over, with the receipt of what counts; also where it ended while there was no link. */
  ended: OwnReceipt & { readonly state: 'submitted' | 'timed-out' };
  /** An answer of an earlier session became the current one: show it. */
  current: { readonly item: number; readonly revision: number; readonly response: Response };
  /** Answers were put aside and are not sent, because another device was in between. */
  held: { readonly items: readonly number[] };
  /** This device is fenced, and so many answers that it still held are kept by the server: applied there, or offered. */
  kept: { readonly answers: readonly ItemRevision[] };
  /** A device before held this answer, and its item was written since: `chooseOffered` takes or drops it. */
  offered: Answer;
  /** A refusal that concerns no single answer, or a fault of this device. */
  error: { readonly refusal: Refusal } | { readonly fault: ClientFault };
};

export type Listener<E> = (event: E) => void;
export type Events<Map> = {
  /** Calls the listener at each such event; returns what takes it off again. */
  on<N extends keyof Map>(name: N, listener: Listener<Map[N]>): () => void;
  emit<N extends keyof Map>(name: N, event: Map[N]): void;
};

/** A typed emitter. `failed` gets what a listener throws, and must not throw itself. */
export function createEvents<Map>(failed: (fault: ClientFault) => void): Events<Map> {
  const listeners: { [N in keyof Map]?: Set<Listener<Map[N]>> } = {};
  return {
    on(name, listener) {
      const own = listeners[name] ?? new Set();
      listeners[name] = own;
      own.add(listener);
      return () => own.delete(listener);
    },
    emit(name, event) {
      for (const listener of [...(listeners[name] ?? [])]) {
        try {
          listener(event);
        } catch (cause) {
          failed(new ClientFault('LISTENER', `a listener of ${String(name)} threw`, cause));
        }
      }
    },
  };
}
