// What a stored control of a whole plan makes of the plan itself. Pure. Called by the api when it has stored one, and by
// the workers for one whose api died before it moved the plan.
import type { ControlAction } from '../schema/controls.ts';
import type { PlanState } from '../schema/states.ts';
import { sourcesOf } from './transitions.ts';

/** What a control of the whole plan makes of it; the others leave it as it is. */
export const PLAN_AFTER: { readonly [A in ControlAction]?: PlanState } = {
  open: 'open',
  start: 'running',
  pause: 'paused',
  resume: 'running',
  end: 'ended',
};

export type PlanMove = {
  readonly from: readonly PlanState[];
  readonly set: { readonly status: PlanState; readonly startsAt?: number; readonly endedAt?: number };
};

/** Undefined: the plan stays as it is. */
export function planMove(control: {
  readonly action: ControlAction;
  readonly roomId: string;
  readonly examineeIds?: readonly string[];
  readonly at: number;
}): PlanMove | undefined {
  const { action, roomId, examineeIds = [], at } = control;
  const status = PLAN_AFTER[action];
  if (status === undefined || roomId !== '' || examineeIds.length > 0) return undefined;
  const from = planSources(action, status);
  if (action === 'start') return { from, set: { status, startsAt: at } };
  return { from, set: action === 'end' ? { status, endedAt: at } : { status } };
}

/** A plan comes to run by its start or by going on, and neither does the other's part; what is over comes back by its rooms. */
export function planSources(action: ControlAction, to: PlanState): PlanState[] {
  return sourcesOf('plan', to)
    .filter((status) => !isPlanOver(status))
    .filter((from) => to !== 'running' || (from === 'paused') === (action === 'resume'));
}

export function isPlanOver(status: PlanState): boolean {
  return status === 'ended' || status === 'scored';
}
