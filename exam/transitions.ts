// Every state and every allowed transition, in one table, used by the room, by the api and by the tests. A row names
// the action that it needs (schema/permissions.ts says who may), or `time` or `system` where nobody asks for it.
import { type Refusal, refuse } from '../schema/refusals.ts';
import type {
  CallState,
  ExamineeState,
  IncidentState,
  LinkState,
  PlanState,
  ProctorState,
  RoomState,
  SheetState,
} from '../schema/states.ts';

type StateOf = {
  plan: PlanState;
  room: RoomState;
  examinee: ExamineeState;
  sheet: SheetState;
  proctor: ProctorState;
  incident: IncidentState;
  call: CallState;
  link: LinkState;
};
export type Subject = keyof StateOf;

/** Who or what brings a transition about. */
export type Cause =
  | 'plan.write'
  | 'control.issue'
  | 'enter'
  | 'examinee.ready'
  | 'sheet.submit'
  | 'statistics.compute'
  | 'incident.handle'
  | 'call.answer'
  | 'call.close'
  | 'call.withdraw'
  | 'time'
  | 'system';

type Row<S extends Subject> = { readonly from: StateOf[S]; readonly to: StateOf[S]; readonly by: Cause };

export const TRANSITIONS: { readonly [S in Subject]: readonly Row<S>[] } = {
  plan: [
    { from: 'draft', to: 'scheduled', by: 'plan.write' },
    { from: 'scheduled', to: 'draft', by: 'plan.write' },
    { from: 'scheduled', to: 'open', by: 'control.issue' },
    { from: 'open', to: 'running', by: 'control.issue' },
    { from: 'open', to: 'ended', by: 'control.issue' },
    { from: 'running', to: 'paused', by: 'control.issue' },
    { from: 'paused', to: 'running', by: 'control.issue' },
    { from: 'running', to: 'ended', by: 'time' },
    { from: 'paused', to: 'ended', by: 'control.issue' },
    { from: 'ended', to: 'open', by: 'control.issue' },
    { from: 'ended', to: 'running', by: 'control.issue' },
    { from: 'ended', to: 'paused', by: 'control.issue' },
    { from: 'ended', to: 'scored', by: 'statistics.compute' },
    { from: 'scored', to: 'open', by: 'control.issue' },
    { from: 'scored', to: 'running', by: 'control.issue' },
    { from: 'scored', to: 'paused', by: 'control.issue' },
    { from: 'scored', to: 'scored', by: 'statistics.compute' },
    { from: 'scored', to: 'archived', by: 'plan.write' },
  ],
  room: [
    { from: 'closed', to: 'open', by: 'control.issue' },
    { from: 'open', to: 'running', by: 'time' },
    { from: 'closed', to: 'ended', by: 'control.issue' },
    { from: 'open', to: 'ended', by: 'control.issue' },
    { from: 'running', to: 'paused', by: 'control.issue' },
    { from: 'paused', to: 'running', by: 'control.issue' },
    { from: 'running', to: 'ended', by: 'time' },
    { from: 'paused', to: 'ended', by: 'control.issue' },
    { from: 'ended', to: 'open', by: 'control.issue' },
    { from: 'ended', to: 'running', by: 'control.issue' },
    { from: 'ended', to: 'paused', by: 'control.issue' },
  ],
  examinee: [
    { from: 'registered', to: 'entered', by: 'enter' },
    { from: 'absent', to: 'entered', by: 'enter' },
    { from: 'entered', to: 'ready', by: 'examinee.ready' },
    { from: 'entered', to: 'answering', by: 'system' },
    { from: 'ready', to: 'answering', by: 'system' },
    // The store hears that somebody answers up to a second late, so a submit may find it behind.
    { from: 'entered', to: 'submitted', by: 'sheet.submit' },
    { from: 'ready', to: 'submitted', by: 'sheet.submit' },
    { from: 'answering', to: 'submitted', by: 'sheet.submit' },
    { from: 'entered', to: 'timed-out', by: 'time' },
    { from: 'ready', to: 'timed-out', by: 'time' },
    { from: 'answering', to: 'timed-out', by: 'time' },
    { from: 'registered', to: 'absent', by: 'time' },
    { from: 'registered', to: 'removed', by: 'control.issue' },
    { from: 'entered', to: 'removed', by: 'control.issue' },
    { from: 'ready', to: 'removed', by: 'control.issue' },
    { from: 'answering', to: 'removed', by: 'control.issue' },
    { from: 'removed', to: 'answering', by: 'control.issue' },
    { from: 'removed', to: 'entered', by: 'control.issue' },
    { from: 'submitted', to: 'answering', by: 'control.issue' },
    { from: 'timed-out', to: 'answering', by: 'control.issue' },
    // The room was ended before its start.
    { from: 'timed-out', to: 'entered', by: 'control.issue' },
  ],
  sheet: [
    { from: 'empty', to: 'in-progress', by: 'system' },
    { from: 'empty', to: 'submitted', by: 'sheet.submit' },
    { from: 'empty', to: 'timed-out', by: 'time' },
    { from: 'in-progress', to: 'submitted', by: 'sheet.submit' },
    { from: 'in-progress', to: 'timed-out', by: 'time' },
    { from: 'submitted', to: 'settled', by: 'system' },
    { from: 'timed-out', to: 'settled', by: 'system' },
    { from: 'settled', to: 'scored', by: 'statistics.compute' },
    { from: 'submitted', to: 'in-progress', by: 'control.issue' },
    { from: 'timed-out', to: 'in-progress', by: 'control.issue' },
    { from: 'settled', to: 'in-progress', by: 'control.issue' },
    { from: 'scored', to: 'in-progress', by: 'control.issue' },
  ],
  proctor: [
    { from: 'assigned', to: 'present', by: 'enter' },
    { from: 'present', to: 'away', by: 'system' },
    { from: 'away', to: 'present', by: 'enter' },
  ],
  link: [
    { from: 'online', to: 'dropped', by: 'system' },
    { from: 'dropped', to: 'online', by: 'enter' },
    { from: 'dropped', to: 'offline', by: 'time' },
    { from: 'offline', to: 'online', by: 'enter' },
    { from: 'offline', to: 'dropped', by: 'system' },
  ],
  incident: [
    { from: 'noted', to: 'raised', by: 'system' },
    { from: 'raised', to: 'acknowledged', by: 'incident.handle' },
    { from: 'acknowledged', to: 'unfounded', by: 'incident.handle' },
    { from: 'acknowledged', to: 'confirmed', by: 'incident.handle' },
  ],
  call: [
    { from: 'open', to: 'answered', by: 'call.answer' },
    { from: 'open', to: 'closed', by: 'call.close' },
    { from: 'open', to: 'withdrawn', by: 'call.withdraw' },
  ],
};

/** The states that this one may change to. */
export function allowedFrom<S extends Subject>(of: S, from: StateOf[S]): StateOf[S][] {
  return rowsOf(of)
    .filter((row) => row.from === from)
    .map((row) => row.to);
}

/** Whether the table has this transition. */
export function mayTransit<S extends Subject>(of: S, from: StateOf[S], to: StateOf[S]): boolean {
  return rowsOf(of).some((row) => row.from === from && row.to === to);
}

/** The new state, or TRANSITION_REFUSED with what is allowed. */
export function transit<S extends Subject>(of: S, from: StateOf[S], to: StateOf[S]): StateOf[S] | Refusal {
  if (mayTransit(of, from, to)) return to;
  const allowed = allowedFrom(of, from);
  const choice = allowed.length === 0 ? 'nothing follows it' : `allowed: ${allowed.join(', ')}`;
  return refuse('TRANSITION_REFUSED', `A ${of} that is ${from} cannot become ${to}; ${choice}.`);
}

/**
 * The states from which `to` is allowed; what a compare-and-set compares with. Where `to` can also be brought about in a
 * way that this caller must never take, `by` names its own: what a control alone may reopen, the passing of time must not.
 */
export function sourcesOf<S extends Subject>(of: S, to: StateOf[S], by?: Cause): StateOf[S][] {
  return rowsOf(of)
    .filter((row) => row.to === to && (by === undefined || row.by === by))
    .map((row) => row.from);
}

function rowsOf<S extends Subject>(of: S): readonly Row<S>[] {
  return TRANSITIONS[of];
}
