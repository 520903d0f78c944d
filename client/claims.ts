// Examinees that this proctor takes or gives back: asked as everything else, until the room has answered; and who has the
// examinee where it refused. Taking twice is harmless. Called by proctor.
import type { Outgoing } from '../schema/messages.ts';
import type { Refusal, RefusalCode } from '../schema/refusals.ts';
import { type Asked, createAsking, type Send } from './asking.ts';
import type { ClientClock } from './clock.ts';

/** `takenBy`: the proctor who has taken the examinee now, '' for nobody. `pending` after five seconds: it is asked on. */
export type ClaimOutcome =
  | { readonly state: 'done'; readonly takenBy: string }
  | { readonly state: 'refused'; readonly takenBy: string; readonly code: RefusalCode; readonly message: string }
  | { readonly state: 'pending' };

type Answer = Outgoing['claim.answered'];
type Type = Answer['type'];

export type Claims = {
  /** The last wish about an examinee counts; one that it replaces is `pending` for ever after. */
  ask(type: Type, examineeId: string): Promise<ClaimOutcome>;
  answered(answer: Answer): void;
  /** A message of this type was refused as a whole. */
  refused(type: string, refusal: Refusal): void;
  linked(): void;
  stop(): void;
};

export type ClaimsEffects = { readonly clock: ClientClock; readonly send: Send };

/** One wish about an examinee takes the place of the other. */
const OTHER = { 'claim.take': 'claim.return', 'claim.return': 'claim.take' } as const;

/** Nothing asked. */
export function createClaims(effects: ClaimsEffects): Claims {
  const { ask, answered, withdraw, ...asking } = createAsking<Answer>(effects);
  return {
    ...asking,
    async ask(type, examineeId) {
      withdraw(`${OTHER[type]} ${examineeId}`);
      return outcomeOf(await ask(`${type} ${examineeId}`, type, { examineeId }));
    },
    answered(answer) {
      if (answer.retry !== 'later') answered(`${answer.type} ${answer.examineeId}`, answer);
    },
  };
}

function outcomeOf(asked: Asked<Answer>): ClaimOutcome {
  if (asked.state === 'pending') return asked;
  if (asked.state === 'refused') return { ...asked, takenBy: '' };
  const { takenBy, code, message = '' } = asked.result;
  return code === undefined ? { state: 'done', takenBy } : { state: 'refused', takenBy, code, message };
}
