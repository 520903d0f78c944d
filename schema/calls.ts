// Calls: an examinee's raised hand, with a question or without, and what became of it; as it is stored and as each side
// is told. Every text is plain: markup and links are letters like others.
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import type { CallState, Role } from './states.ts';

const Text = z
  .string()
  .trim()
  .max(LIMITS.callText)
  .regex(/^[^\p{Cs}]*$/u, 'text is whole characters');
/** May be empty: the hand alone says something. */
export const Question = Text.default('');
export const CallAnswer = Text.min(1);

/**
 * `open` is the examinee's id while the hand is up, and unique, so that each has one; afterwards the call's own. `waiting`
 * while somebody has still to hear of it: the proctors of one that is open, the examinee of one that is over.
 */
export type Call = {
  readonly _id: string;
  readonly planId: string;
  readonly roomId: string;
  readonly examineeId: string;
  readonly question: string;
  readonly at: number;
  readonly status: CallState;
  readonly answer: string;
  readonly by: string;
  readonly byRole: Role | '';
  readonly endedAt: number;
  /** When the examinee's client had what became of it; 0 before. */
  readonly receivedAt: number;
  readonly open: string;
  readonly waiting: boolean;
};

/** How a call ends. */
export type CallEnd = Pick<Call, 'answer' | 'by' | 'byRole' | 'endedAt'> & {
  readonly status: Exclude<CallState, 'open'>;
};

/** What the examinee is told: not by whom. */
export type CallTold = {
  readonly callId: string;
  readonly question: string;
  readonly at: number;
  readonly state: CallState;
  readonly answer: string;
  readonly endedAt: number;
};
