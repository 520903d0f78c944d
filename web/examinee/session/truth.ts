// How safe one answer is, in the words of the page: typing, on its way, saved, not saved yet and why, or not taken. Only what
// the room has said to be saved is called saved. Pure.
import type { AnswerView } from '../../../client/answer-views.ts';
import type { LinkState, Road } from '../../../client/events.ts';
import type { RefusalCode } from '../../../schema/refusals.ts';

/** `since`: when it came to this state, in monotonic ms. `savedAt`: the server's time, 0 where it was saved before this page. */
export type ShownAnswer = Omit<AnswerView, 'code'> & {
  readonly code: RefusalCode | undefined;
  readonly since: number;
  readonly savedAt: number;
};

export type Why = 'fenced' | 'locked' | 'offline' | 'paused' | 'admission' | 'slow';

export type Truth =
  | { readonly kind: 'none' }
  | { readonly kind: 'typing' }
  | { readonly kind: 'sending' }
  | { readonly kind: 'saved'; readonly at: number }
  | { readonly kind: 'waiting'; readonly why: Why }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

/** What decides about everything that is not saved. */
export type Around = {
  readonly link: LinkState;
  readonly road: Road;
  readonly isLocked: boolean;
  readonly isPaused: boolean;
  readonly isAdmitted: boolean;
  /** Since when saving is slow, by the server's clock; 0 where it is not. */
  readonly slowSince: number;
};

/** What takes longer than this, while there is a link, is said to be late. A text goes ten seconds after its first key. */
const SLOW_MS = 4_000;
const TYPING_MS = 12_000;

/** `now` is monotonic ms. */
export function truthOf(answer: ShownAnswer | undefined, around: Around, now: number): Truth {
  if (answer === undefined) return { kind: 'none' };
  const { state, response, since, savedAt } = answer;
  if (state === 'saved') return response === null ? { kind: 'none' } : { kind: 'saved', at: savedAt };
  if (state === 'refused') return { kind: 'refused', code: answer.code ?? 'ANSWER_REFUSED' };
  const why = whyOf(around);
  if (why !== undefined) return { kind: 'waiting', why };
  const isLate = now - since > (state === 'draft' ? TYPING_MS : SLOW_MS);
  if (isLate) return { kind: 'waiting', why: 'slow' };
  return { kind: state === 'draft' ? 'typing' : 'sending' };
}

function whyOf({ link, road, isLocked, isPaused, isAdmitted }: Around): Why | undefined {
  if (link === 'fenced') return 'fenced';
  if (link !== 'online' && link !== 'trouble' && road !== 'http') return 'offline';
  if (!isAdmitted) return 'admission';
  if (isLocked) return 'locked';
  return isPaused ? 'paused' : undefined;
}

/** Whether it counts as answered: what was taken back does not. */
export function isAnswered(answer: ShownAnswer | undefined): boolean {
  return answer !== undefined && answer.response !== null;
}
