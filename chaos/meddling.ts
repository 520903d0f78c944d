// What may befall frames between a person's programme and the room: each twice, frames of before once more, also of an
// earlier session, frames that claim another content for what is saved already, and a submit that waits for nothing. The
// programme itself does none of it and must not be misled by the answers to it. Called by people.ts.
import type { OpenSocket, SocketHandlers } from '../client/socket.ts';
import { pick, type Random } from '../loadtest/random.ts';
import type { Outgoing, SentAnswer } from '../schema/messages.ts';

export const MEDDLINGS = ['none', 'duplicates', 'old frames', 'altered frames'] as const;
export type Meddling = (typeof MEDDLINGS)[number];

export type Meddler = {
  /** How the next frames are treated. */
  become(meddling: Meddling): void;
  /** How many frames were sent that the programme did not send. */
  count(): number;
  /** `item.revision` of what was called saved as an answer to a claim that it had another content. */
  believed(): readonly string[];
  /** Submits all that was sent so far, saved or not. False where there is no socket. */
  submit(): boolean;
  open(real: OpenSocket): OpenSocket;
};

type Batch = { readonly answers: readonly SentAnswer[] };

/** Frames of one person that may come again. */
const KEPT = 40;

/** Meddles with nothing yet. `isSaved`: whether this revision was told as saved. */
export function createMeddler(random: Random, isSaved: (revision: number) => boolean): Meddler {
  const kept: Batch[] = [];
  /** What the programme shall hear no refusal of. */
  const meddled = new Set<number>();
  const believed: string[] = [];
  /** The last revision that was sent of each item. */
  const sent = new Map<number, number>();
  let live: ReturnType<OpenSocket> | undefined;
  let meddling: Meddling = 'none';
  let count = 0;

  function more(batch: Batch): Batch | undefined {
    if (meddling === 'duplicates') return batch;
    const old = pick(random, kept);
    if (meddling === 'none' || old === undefined) return undefined;
    if (meddling === 'old frames') return old;
    const answers = old.answers.filter(({ revision }) => isSaved(revision));
    return answers.length === 0
      ? undefined
      : { answers: answers.map((answer) => ({ ...answer, response: `${String(answer.response)} altered` })) };
  }

  return {
    become(next) {
      meddling = next;
    },
    count: () => count,
    believed: () => believed,
    submit: () => live?.send('sheet.submit', { revisions: [...sent] }) === true,
    open: (real) => (reservation, handlers) => {
      const claims = createClaims(believed);
      const socket = real(reservation, deaf(handlers, meddled, claims));
      live = socket;
      return {
        close: socket.close,
        send(type, payload) {
          const isSent = socket.send(type, payload);
          if (type !== 'answer.save' || !isSent) return isSent;
          claims.own(payload as Batch);
          for (const { item, revision } of (payload as Batch).answers)
            sent.set(item, Math.max(revision, sent.get(item) ?? 0));
          const again = more(payload as Batch);
          kept.push(payload as Batch);
          if (kept.length > KEPT) kept.shift();
          if (again === undefined) return isSent;
          if (meddling !== 'duplicates') for (const { revision } of again.answers) meddled.add(revision);
          if (meddling === 'altered frames') claims.make(again);
          if (socket.send(type, again)) count += 1;
          return isSent;
        },
      };
    },
  };
}

type Claims = {
  own(batch: Batch): void;
  make(batch: Batch): void;
  saved(pairs: readonly (readonly [item: number, revision: number])[]): void;
  refused(revisions: readonly number[]): void;
};

/** Claims of one socket that have no answer yet. What the programme itself has sent and not heard of makes none: the answer is its own. */
function createClaims(believed: string[]): Claims {
  const open = new Set<number>();
  const awaited = new Set<number>();
  return {
    own({ answers }) {
      for (const { revision } of answers) {
        awaited.add(revision);
        open.delete(revision);
      }
    },
    make({ answers }) {
      for (const { revision } of answers) if (!awaited.has(revision)) open.add(revision);
    },
    saved(pairs) {
      for (const [item, revision] of pairs) {
        awaited.delete(revision);
        if (open.delete(revision)) believed.push(`${item}.${revision}`);
      }
    },
    refused(revisions) {
      for (const revision of revisions) {
        awaited.delete(revision);
        open.delete(revision);
      }
    },
  };
}

/** The programme hears nothing of what is refused because of frames that it did not send. */
function deaf(handlers: SocketHandlers, meddled: ReadonlySet<number>, claims: Claims): SocketHandlers {
  return {
    ...handlers,
    message(type, payload) {
      if (type === 'answer.saved') claims.saved((payload as Outgoing['answer.saved']).saved);
      if (type !== 'answer.refused') return handlers.message(type, payload);
      const { refused } = payload as { refused: readonly { revision: number }[] };
      claims.refused(refused.map(({ revision }) => revision));
      const own = refused.filter(({ revision }) => !meddled.has(revision));
      if (own.length > 0) handlers.message(type, { refused: own });
    },
  };
}
