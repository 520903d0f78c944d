// What the api says of the exam beside what every version of it says: an older one leaves these out. Read here alone.
import type { SessionInfo } from '../../../client/session.ts';
import type { SignalKind } from '../../../schema/incidents.ts';
import type { Navigation } from '../paper/paper-index.ts';

export type ExamFacts = {
  readonly rules: string;
  readonly navigation: Navigation;
  readonly signals: readonly SignalKind[];
  readonly hasPhoto: boolean;
};

type Said = {
  readonly plan: {
    readonly rules?: string;
    readonly navigation?: Navigation;
    readonly signals?: readonly SignalKind[];
  };
  readonly examinee: { readonly hasPhoto?: boolean };
};

export function factsOf(info: SessionInfo): ExamFacts {
  const { plan, examinee } = info as SessionInfo & Said;
  return {
    rules: plan.rules ?? '',
    navigation: plan.navigation ?? 'free',
    signals: plan.signals ?? [],
    hasPhoto: examinee.hasPhoto ?? false,
  };
}
