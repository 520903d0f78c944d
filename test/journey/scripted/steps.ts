// The words in which the scripted exam is written: who does what, what everybody must see of it, and what must be stored
// of it. Data alone; the stage carries it out. A new control, incident or refusal is a step more in script.ts.
import type { ControlAction, TimeKind } from '../../../schema/controls.ts';
import type { IncidentKind, ReportKind, SignalKind } from '../../../schema/incidents.ts';
import type { RefusalCode } from '../../../schema/refusals.ts';
import type { ExamineeState, IncidentState, PlanState, RoomState } from '../../../schema/states.ts';
import type { Asker, Post, ProctorName, RoomName, Seat } from './cast.ts';
import type { Stage } from './stage.ts';

/**
 * An entry that must be there once more: `log KIND by SUBJECT in ROOM: WHAT` or `audit KIND by ACTOR about SUBJECT: WHAT`,
 * with the names of the script. Without a room or anything more to say, that part is missing.
 */
export type Row = `log ${string}` | `audit ${string}`;

/** What becomes of those whom it concerns, and of their rooms. What is not said stays as it was, for everybody. */
export type Change = {
  readonly plan?: PlanState;
  readonly room?: RoomState;
  readonly status?: ExamineeState;
  /** Whether the clock stands; where it goes on, the deadline is later by as long as it stood. */
  readonly stands?: boolean;
  readonly locked?: boolean;
  /** By how much the deadline moves. */
  readonly moreMs?: number;
};

/** What a machine or a rule makes of it: an incident of this kind about this examinee. */
export type Raised = { readonly kind: IncidentKind; readonly about: Seat };

type Anyone = {
  /** Their links are cut before, and come back when everybody else has seen what happened: then they must see the same. */
  readonly cut?: readonly (Seat | Post)[];
  /** What those do meanwhile, before the step. */
  readonly meanwhile?: (stage: Stage) => void;
  /** What holds in the end, also for those who were away. */
  readonly afterwards?: (stage: Stage) => Promise<void>;
  readonly raises?: readonly Raised[];
  /** The same, once those are back who were away. */
  readonly raisesThen?: readonly Raised[];
  /** Beside the entries that such a step always leaves. */
  readonly leaves?: readonly Row[];
};

/** A control. It is called by its name in everything that is stored of it. */
export type Order = Anyone & {
  readonly does: 'order';
  readonly name: string;
  /** A post orders over its room's socket, all others over REST. */
  readonly by: 'admin' | ProctorName | Post;
  /** The room; without it the plan, or those who are named. */
  readonly of?: RoomName;
  readonly says: Says;
  /** The order that it takes back. */
  readonly undoes?: string;
  readonly whom?: readonly Seat[];
  /** The room that they are moved to. */
  readonly to?: RoomName;
  /** `stored`: the room has refused it, which is final; else it was refused before it became a control. */
  readonly refused?: { readonly code: RefusalCode; readonly stored: boolean };
  /** Whom it is told, where that is not everybody who is in and not through. */
  readonly reaches?: readonly Seat[];
  /** Rooms of the plan that are over, and have no part in it. */
  readonly over?: readonly RoomName[];
  readonly becomes?: Change;
  /** Where it is another change in this room. */
  readonly becomesIn?: Partial<Record<RoomName, Change>>;
  /** How soon everybody sees it, where that is not at once. */
  readonly withinMs?: number;
};
export type Says = {
  readonly action: ControlAction;
  readonly reason?: string;
  readonly extraMs?: number;
  readonly time?: TimeKind;
  readonly text?: string;
  readonly template?: string;
  readonly mustConfirm?: boolean;
  /** A start: so long from now. */
  readonly aheadMs?: number;
} & { readonly [field: string]: unknown };

/** A client's signals, so many of them. */
export type Signals = Anyone & {
  readonly does: 'signal';
  readonly by: Seat;
  readonly kind: SignalKind;
  readonly times: number;
  readonly ms?: number;
};

/** Somebody who watches, or a machine, raises an incident. */
export type Raise = Anyone & {
  readonly does: 'raise';
  readonly name: string;
  readonly by: 'admin' | 'machine' | ProctorName | Post;
  readonly kind: ReportKind;
  readonly in: RoomName;
  readonly about?: Seat;
  readonly severity: number;
  /** The open one of the same cause that it joins. */
  readonly joins?: string;
  readonly refused?: RefusalCode;
};

/** Somebody handles an incident: one that was raised by its name, another as `KIND of SEAT`. */
export type Handle = Anyone & {
  readonly does: 'handle';
  readonly incident: string;
  readonly by: 'admin' | ProctorName | Post;
  readonly to: Extract<IncidentState, 'acknowledged' | 'unfounded' | 'confirmed'>;
  /** The order that was given because of it. */
  readonly because?: string;
  /** As it was so many handlings ago: somebody else was faster. */
  readonly behind?: number;
  readonly refused?: RefusalCode;
};

/** Requests that are refused, each with its code. */
export type Ask = Anyone & {
  readonly does: 'ask';
  readonly title: string;
  readonly asks: readonly Request[];
};
export type Request = {
  readonly who: Asker;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** `{plan}` and `{red 3}` are the ids of what is called so. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly times?: number;
  readonly refused: RefusalCode;
};

/** Anything else, with the client's words. Returns the codes that were refused on the way. */
export type Deed = Anyone & {
  readonly does: 'deed';
  readonly title: string;
  readonly act: (stage: Stage) => Promise<readonly RefusalCode[] | undefined>;
  readonly refused?: readonly RefusalCode[];
};

export type Step = Order | Signals | Raise | Handle | Ask | Deed;

export function titleOf(step: Step): string {
  switch (step.does) {
    case 'order':
      return `${step.by} orders ${step.name}`;
    case 'signal':
      return `${step.by} reports ${step.times} × ${step.kind}`;
    case 'raise':
      return `${step.by} raises ${step.name}`;
    case 'handle':
      return `${step.by} finds ${step.incident} ${step.to}`;
    case 'ask':
    case 'deed':
      return step.title;
  }
}

/** What a room that is over says to a control of the whole plan. */
export const OVER: readonly RefusalCode[] = ['ROOM_ENDED'];

/** The codes that a step is refused with. */
export function refusalsOf(step: Step): readonly RefusalCode[] {
  switch (step.does) {
    case 'order':
      return [...(step.refused === undefined ? [] : [step.refused.code]), ...(step.over === undefined ? [] : OVER)];
    case 'raise':
    case 'handle':
      return step.refused === undefined ? [] : [step.refused];
    case 'ask':
      return step.asks.map(({ refused }) => refused);
    case 'deed':
      return step.refused ?? [];
    case 'signal':
      return [];
  }
}

/** The kinds of incidents that a step raises. */
export function kindsOf(step: Step): readonly IncidentKind[] {
  const raised = [...(step.raises ?? []), ...(step.raisesThen ?? [])].map(({ kind }) => kind);
  return step.does === 'raise' && step.refused === undefined ? [...raised, step.kind] : raised;
}
