// What remains to somebody, counted stretch by stretch from what the room's receipts say, in another way than the room does
// (exam/timeline.ts adds up a union; here time is let pass). Called by the judge.
import type { ControlDocument, ReceiptDocument } from '../../schema/documents/control.ts';
import type { Enrolled, Plan } from './room.ts';

export type Applied = { readonly control: ControlDocument; readonly receipt: ReceiptDocument };

/** A change of the clock: stands for one reason more or less, or is given time. */
type Step = { readonly at: number; readonly stands: number; readonly extraMs: number };

/**
 * Ms that remain at `now`; undefined where no clock runs, or where it is not for this count: after an end by a control, and
 * where time was given to somebody whose clock had run out.
 */
export function countedMs(plan: Plan, person: Enrolled, applied: readonly Applied[], now: number): number | undefined {
  const startsAt = applied.find(({ control }) => control.action === 'start')?.control.at;
  if (startsAt === undefined || now < startsAt) return undefined;
  const steps = stepsOf(plan, person.examineeId, applied);
  if (steps === undefined) return undefined;
  const planned = plan.windowEndsAt === 0 ? plan.durationMs : Math.min(plan.durationMs, plan.windowEndsAt - startsAt);
  let left = planned + person.extraMs;
  let at = startsAt;
  let stands = 0;
  for (const step of [...steps.sort((a, b) => a.at - b.at), { at: now, stands: 0, extraMs: 0 }]) {
    const to = Math.max(at, Math.min(step.at, now));
    if (stands === 0) left -= to - at;
    if (left <= 0 && step.extraMs !== 0) return undefined;
    at = to;
    stands += step.stands;
    left += step.extraMs;
  }
  return Math.max(0, left);
}

/** Each reason to stand counts once for a person, however many controls gave it. */
function stepsOf({ lockStopsClock }: Plan, examineeId: string, applied: readonly Applied[]): Step[] | undefined {
  const steps: Step[] = [];
  const since = new Map<string, number>();
  const open = (kind: string, at: number): void => {
    if (since.has(kind)) return;
    since.set(kind, at);
    steps.push({ at, stands: 1, extraMs: 0 });
  };
  const close = (kind: string, at: number): void => {
    const from = since.get(kind);
    if (from === undefined) return;
    since.delete(kind);
    steps.push({ at: Math.max(from, at), stands: -1, extraMs: 0 });
  };
  for (const { control, receipt } of applied) {
    const { action, examineeIds, roomId, extraMs } = control;
    if (receipt.state !== 'applied' || (examineeIds.length > 0 && !examineeIds.includes(examineeId))) continue;
    const kind = examineeIds.length > 0 ? 'person' : roomId === '' ? 'plan' : 'room';
    const from = Math.min(control.at, receipt.at);
    if (action === 'pause') open(kind, from);
    if (action === 'resume') close(kind, receipt.at);
    if (action === 'remove') open('removal', from);
    if (action === 'lock' && lockStopsClock) open(examineeIds.length > 0 ? 'lock' : 'lock all', from);
    if (action === 'unlock') close('lock', receipt.at);
    if (action === 'unlock' && examineeIds.length === 0) close('lock all', receipt.at);
    if (action === 'extend' || action === 'readmit') steps.push({ at: receipt.at, stands: 0, extraMs });
    if (action === 'readmit') close('removal', receipt.at);
    if (action === 'end' || action === 'reopen') return undefined;
  }
  return steps;
}
