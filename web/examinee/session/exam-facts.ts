// What the api says of the exam, as the page reads it. An api that is older leaves some of it out.
import type { SessionInfo } from '../../../client/session.ts';
import type { SignalKind } from '../../../schema/incidents.ts';
import type { Navigation } from '../../../schema/navigation.ts';

/** `plannedAt`: the planned start, epoch ms; 0 where the plan names none. */
export type ExamFacts = {
  readonly rules: string;
  readonly navigation: Navigation;
  readonly signals: readonly SignalKind[];
  readonly hasPhoto: boolean;
  readonly plannedAt: number;
};

export function factsOf({ plan, examinee }: SessionInfo): ExamFacts {
  const { rules = '', navigation = 'free', signals = [], plannedAt = 0 } = plan;
  return { rules, navigation, signals, plannedAt, hasPhoto: examinee.hasPhoto ?? false };
}
