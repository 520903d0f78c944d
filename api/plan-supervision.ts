// What proctors do in a plan, for the progress page: incidents by kind and state, and the last controls with how far they
// have come. Read from the store. Reasons are people's own words and may name somebody, so that they are given for a
// rehearsal alone. Called by the progress page.
import { figuresOf } from '../exam/incident-counts.ts';
import type { ControlDocument, ReceiptDocument } from '../schema/documents/control.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { IncidentFigures } from '../schema/replies.ts';
import type { Store } from '../store/open-store.ts';

/** `concerned` and `delivered` count examinees; `reason` is '' where it is not to be shown. */
export type ShownControl = {
  readonly at: number;
  readonly action: string;
  readonly reason: string;
  readonly concerned: number;
  readonly delivered: number;
};
export type Supervision = Pick<IncidentFigures, 'kinds' | 'states'> & { readonly controls: readonly ShownControl[] };

const SHOWN = 12;

/** The incidents of the plan, and its last controls, the latest first. */
export async function supervisionOf(
  { incidents, controls }: Pick<Store, 'incidents' | 'controls'>,
  plan: Pick<PlanDocument, '_id' | 'rehearsal'>,
): Promise<Supervision> {
  const [counts, all] = await Promise.all([incidents.counts(plan._id), controls.forPlan(plan._id, 0)]);
  const { kinds, states } = figuresOf(counts);
  const last = all.slice(-SHOWN).reverse();
  const shown = last.map(async (control) => shownOf(control, await controls.receipts(control._id), plan.rehearsal));
  return { kinds, states, controls: await Promise.all(shown) };
}

function shownOf(
  { storedAt, action, reason }: ControlDocument,
  receipts: readonly ReceiptDocument[],
  isReasonShown: boolean,
): ShownControl {
  const deliveries = receipts.flatMap(({ ledger }) => Object.values(ledger));
  return {
    ...{ at: storedAt, action, reason: isReasonShown ? reason : '' },
    concerned: deliveries.length,
    delivered: deliveries.filter(({ deliveredAt }) => deliveredAt !== 0).length,
  };
}
