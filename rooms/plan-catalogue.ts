// Plans and papers as rooms need them, read once a process however many rooms open at once. A plan's facts do not change
// once it is open, so what is cached stays right; the key is not among it.
import type { Item } from '../schema/answers.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { Store } from '../store/open-store.ts';

export type PlanFacts = { readonly plan: PlanDocument; readonly items: ReadonlyMap<number, Item> };

export type PlanCatalogue = {
  /** Throws where the plan or its paper is missing. */
  factsOf(planId: string): Promise<PlanFacts>;
  forget(planId: string): void;
};

/** Reads through `store`; concurrent askers share one read. */
export function createPlanCatalogue(store: Pick<Store, 'plans' | 'papers'>): PlanCatalogue {
  const known = new Map<string, Promise<PlanFacts>>();

  async function read(planId: string): Promise<PlanFacts> {
    const plan = await store.plans.get(planId);
    if (plan === null) throw new Error(`plan ${planId} is not in the store`);
    const paper = await store.papers.get(plan.paperId);
    if (paper === null) throw new Error(`paper ${plan.paperId} is not in the store`);
    return { plan, items: new Map(paper.items.map((item) => [item.number, item])) };
  }

  return {
    factsOf(planId) {
      const cached = known.get(planId);
      if (cached !== undefined) return cached;
      const reading = read(planId);
      known.set(planId, reading);
      reading.catch(() => known.delete(planId));
      return reading;
    },
    forget: (planId) => void known.delete(planId),
  };
}
