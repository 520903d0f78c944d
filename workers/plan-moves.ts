// Moves plans after the controls that were stored for them: whoever stored one may have died before it moved the plan, and
// the rooms have taken it since. Any number of workers may do it, beside whoever stored it: each move is a compare-and-set
// that holds once. Called by main.ts.
import type { Logger } from 'pino';
import { planMove } from '../exam/plan-moves.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { PlanState } from '../schema/states.ts';
import type { Store } from '../store/open-store.ts';
import { type Sweep, startSweep } from './sweep.ts';

export type PlanMovesOptions = {
  readonly store: Pick<Store, 'plans' | 'controls'>;
  readonly log: Logger;
  /** Another length is for tests. */
  readonly lookEveryMs?: number;
};

const LOOK_EVERY_MS = 1_000;
const MOVABLE: PlanState[] = ['scheduled', 'open', 'running', 'paused'];

/** Starts looking. */
export function startPlanMoves({ store, log, lookEveryMs = LOOK_EVERY_MS }: PlanMovesOptions): Sweep {
  /** The sequence up to which each plan's controls have been looked at. They have no gaps, so none comes in before it. */
  let lookedAt = new Map<string, number>();

  async function look(signal: AbortSignal): Promise<void> {
    const plans = await store.plans.byStates(MOVABLE);
    const known = lookedAt;
    lookedAt = new Map();
    for (const plan of plans) {
      lookedAt.set(plan._id, known.get(plan._id) ?? plan.movedBy ?? 0);
      if (signal.aborted) return;
      lookedAt.set(plan._id, await follow(plan, lookedAt.get(plan._id) ?? 0));
    }
  }

  /** Null from the store means that the plan has been moved: by whoever stored the control, or by a later one. */
  async function follow({ _id: planId }: PlanDocument, after: number): Promise<number> {
    let last = after;
    for (const control of await store.controls.forPlan(planId, after)) {
      const move = planMove(control);
      const moved = move && (await store.plans.move(control, move.from, move.set));
      if (moved) log.info({ planId, controlId: control._id }, 'a plan was moved after its control');
      last = control.sequence;
    }
    return last;
  }

  return startSweep('plan moves', lookEveryMs, look, log);
}
