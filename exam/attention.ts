// Who needs a proctor first: one score with its reasons, of facts that the room has. The score follows steps of age, not
// the age itself, so that it changes seldom; every threshold is here. Pure: no clock, no I/O. Called by rooms/board.ts.
import { ATTENTION_REASONS, type AttentionReason } from '../schema/attention.ts';

/** What is known of one examinee. Instants are epoch ms, 0 where there is none. */
export type AttentionFacts = {
  /** How many incidents are still to be decided, and the worst of them in [0, 1]. */
  readonly openIncidents: number;
  readonly worstSeverity: number;
  /** Since when an open incident says that two devices were there. */
  readonly secondDeviceSince: number;
  readonly handRaisedSince: number;
  /** When the oldest answer was given that is not known to be saved. */
  readonly unsavedSince: number;
  /** The last sign of life of a link that is down, of somebody who should be there. */
  readonly silentSince: number;
  /** When the oldest control was given that has not reached the device. */
  readonly unreachedSince: number;
  /** Since when somebody who is there and may answer has not. */
  readonly quietSince: number;
};

export type Attention = { readonly score: number; readonly reasons: readonly AttentionReason[] };

export const NOTHING_NOTABLE: AttentionFacts = {
  openIncidents: 0,
  worstSeverity: 0,
  secondDeviceSince: 0,
  handRaisedSince: 0,
  unsavedSince: 0,
  silentSince: 0,
  unreachedSince: 0,
  quietSince: 0,
};

type AgedReason = Exclude<AttentionReason, 'incident'>;
type Step = { readonly fromMs: number; readonly points: number };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const step = (fromMs: number, points: number): Step => ({ fromMs, points });

/** Points by age; below the first step there is no reason. An answer takes a fraction of a second to be saved. */
export const ATTENTION_STEPS: Readonly<Record<AgedReason, readonly Step[]>> = {
  'second-device': [step(0, 80)],
  'hand-raised': [step(0, 60), step(30 * SECOND, 75), step(2 * MINUTE, 90)],
  unsaved: [step(5 * SECOND, 25), step(15 * SECOND, 45), step(MINUTE, 75)],
  link: [step(4 * SECOND, 30), step(15 * SECOND, 50), step(MINUTE, 65)],
  'not-reached': [step(5 * SECOND, 15), step(30 * SECOND, 35)],
  stalled: [step(5 * MINUTE, 10), step(10 * MINUTE, 20), step(20 * MINUTE, 30)],
};

/** An open incident of no severity, what the severity adds, and each further one up to four. */
const INCIDENT = { base: 40, severity: 60, further: 5, mostFurther: 4 } as const;

const SINCE: Readonly<Record<AgedReason, keyof AttentionFacts>> = {
  'second-device': 'secondDeviceSince',
  'hand-raised': 'handRaisedSince',
  unsaved: 'unsavedSince',
  link: 'silentSince',
  'not-reached': 'unreachedSince',
  stalled: 'quietSince',
};

/** The sum of what each reason weighs at `now`, and the reasons, the weightiest first. */
export function attentionOf(facts: AttentionFacts, now: number): Attention {
  const weighed = ATTENTION_REASONS.map((reason) => ({ reason, points: pointsOf(reason, facts, now) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points);
  return {
    score: weighed.reduce((sum, { points }) => sum + points, 0),
    reasons: weighed.map(({ reason }) => reason),
  };
}

function pointsOf(reason: AttentionReason, facts: AttentionFacts, now: number): number {
  if (reason === 'incident') return incidentPoints(facts);
  const since = facts[SINCE[reason]];
  if (since === 0) return 0;
  const age = Math.max(0, now - since);
  return ATTENTION_STEPS[reason].findLast(({ fromMs }) => age >= fromMs)?.points ?? 0;
}

function incidentPoints({ openIncidents, worstSeverity }: AttentionFacts): number {
  if (openIncidents === 0) return 0;
  const further = Math.min(openIncidents - 1, INCIDENT.mostFurther) * INCIDENT.further;
  return INCIDENT.base + Math.round(worstSeverity * INCIDENT.severity) + further;
}
