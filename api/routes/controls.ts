// controls: stored first, then hinted at; the rooms apply each once. A control of the whole plan also moves the plan's
// own status, by compare-and-set, after it is stored: a repeat finishes what a crash left in between.
import { START_AHEAD_MS } from '../../exam/exam-room.ts';
import { mayTransit, transit } from '../../exam/transitions.ts';
import type { ControlAction, ControlDocument } from '../../schema/documents/control.ts';
import type { PlanDocument } from '../../schema/documents/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { ControlReply } from '../../schema/replies.ts';
import { ControlBody, ControlParams, NoBody, NoQuery, PlanParams } from '../../schema/requests.ts';
import { PLAN_STATES, type PlanState, type RoomState } from '../../schema/states.ts';
import { controlReply } from '../control-outcome.ts';
import { planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import type { Subject } from '../who-is-it.ts';

const DEFAULT_AHEAD_MS = 3_500;
/** A room's control is for now; a plan's also reaches rooms that are made or rebuilt much later. */
const ROOM_CONTROL_LIFE_MS = 600_000;
const PLAN_CONTROL_LIFE_MS = 7 * 24 * 3_600_000;

const PLAN_AFTER = { open: 'open', start: 'running', end: 'ended' } as const satisfies Record<ControlAction, PlanState>;
const ROOM_AFTER = { open: 'open', start: 'running', end: 'ended' } as const satisfies Record<ControlAction, RoomState>;

type Asked = {
  readonly controlId: string;
  readonly action: ControlAction;
  readonly at?: number | undefined;
  readonly roomId?: string | undefined;
  readonly reason: string;
};

export function controlRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'post',
      path: '/plans/:planId/controls',
      tag: 'controls',
      summary: 'Opens, starts or ends a room or the whole plan. The same controlId again is the same control.',
      access: 'control.issue',
      params: PlanParams,
      query: NoQuery,
      body: ControlBody,
      reply: { status: 202, type: 'application/json', schema: ControlReply },
      repeat: 'again',
      refusals: ['PLAN_UNKNOWN', 'ROOM_UNKNOWN', 'TRANSITION_REFUSED', 'INSTANT_TOO_SOON', 'CONTROL_REUSED'],
      target: ({ params, body: { roomId } }) =>
        roomId === undefined
          ? { of: 'every-room', planId: params.planId }
          : { of: 'room', planId: params.planId, roomId },
      handle: ({ subject, params, body, now }) => issue(parts, subject, params.planId, body, now),
    }),
    route({
      method: 'get',
      path: '/controls/:controlId',
      tag: 'controls',
      summary: 'A control, and what the rooms have made of it so far.',
      access: 'control.read',
      params: ControlParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ControlReply },
      repeat: 'keyless',
      refusals: ['CONTROL_UNKNOWN'],
      async target({ params }) {
        const control = await parts.store.controls.get(params.controlId);
        if (control === null) return refuse('CONTROL_UNKNOWN');
        const { planId, roomId } = control;
        return roomId === '' ? { of: 'plan', planId } : { of: 'room', planId, roomId };
      },
      async handle({ params, now }) {
        const control = await parts.store.controls.get(params.controlId);
        return control === null ? refuse('CONTROL_UNKNOWN') : controlReply(parts.store, control, now);
      },
    }),
  ];
}

async function issue(
  parts: ApiParts,
  subject: Subject,
  planId: string,
  asked: Asked,
  now: number,
): Promise<ControlReply | Refusal> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const stored = (await parts.store.controls.get(asked.controlId)) ?? (await store(parts, subject, plan, asked, now));
  if (isRefusal(stored)) return stored;
  if (!isSame(stored, planId, asked)) return refuse('CONTROL_REUSED');
  if (stored.roomId === '') await movePlan(parts, stored);
  await parts.directory.hintControls(planId);
  return controlReply(parts.store, stored, now);
}

async function store(
  parts: ApiParts,
  subject: Subject,
  plan: PlanDocument,
  asked: Asked,
  now: number,
): Promise<ControlDocument | Refusal> {
  const refused =
    asked.roomId === undefined
      ? refusedByPlan(plan, asked.action)
      : await refusedByRoom(parts, plan, asked.roomId, asked.action);
  if (refused) return refused;
  const at = asked.action === 'start' ? (asked.at ?? now + DEFAULT_AHEAD_MS) : now;
  if (asked.action === 'start' && at < now + START_AHEAD_MS) return refuse('INSTANT_TOO_SOON');
  const { control, repeated } = await parts.store.controls.issue({
    _id: asked.controlId,
    planId: plan._id,
    roomId: asked.roomId ?? '',
    action: asked.action,
    at,
    actorId: subject.subjectId,
    actorRole: subject.role,
    reason: asked.reason,
    storedAt: now,
    expiresAt: at + (asked.roomId === undefined ? PLAN_CONTROL_LIFE_MS : ROOM_CONTROL_LIFE_MS),
  });
  if (!repeated) {
    const { planId, roomId, action } = control;
    const data = { action, at, controlId: control._id, scope: roomId === '' ? 'plan' : 'room' };
    parts.recorder.log({
      planId,
      ...(roomId === '' ? {} : { roomId }),
      stream: subject.role === 'proctor' ? 'proctor' : 'system',
      subject: subject.subjectId,
      kind: 'control.issued',
      at: now,
      data,
    });
  }
  return control;
}

function refusedByPlan(plan: PlanDocument, action: ControlAction): Refusal | undefined {
  const to = transit('plan', plan.status, PLAN_AFTER[action]);
  return isRefusal(to) ? to : undefined;
}

async function refusedByRoom(
  parts: ApiParts,
  plan: PlanDocument,
  roomId: string,
  action: ControlAction,
): Promise<Refusal | undefined> {
  const room = await roomOf(parts, roomId);
  if (isRefusal(room)) return room;
  if (room.planId !== plan._id) return refuse('ROOM_UNKNOWN');
  if (plan.status !== 'open' && plan.status !== 'running' && plan.status !== 'paused') {
    return refuse('TRANSITION_REFUSED', `The plan is ${plan.status}; allowed: to open the whole plan first.`);
  }
  // A room that nobody has entered yet is closed in the store although its plan has been opened.
  const status = room.status === 'closed' && action !== 'open' ? 'open' : room.status;
  const to = transit('room', status, ROOM_AFTER[action]);
  return isRefusal(to) ? to : undefined;
}

function isSame(control: ControlDocument, planId: string, asked: Asked): boolean {
  const isSameInstant = asked.at === undefined || asked.at === control.at;
  return (
    control.planId === planId &&
    control.roomId === (asked.roomId ?? '') &&
    control.action === asked.action &&
    isSameInstant
  );
}

/** Null from the store means that the plan is there already or has gone on: then there is nothing left to do. */
async function movePlan({ store }: ApiParts, control: ControlDocument): Promise<void> {
  const to = PLAN_AFTER[control.action];
  const from = PLAN_STATES.filter((state) => mayTransit('plan', state, to) && !isBefore(to, state));
  const instants =
    control.action === 'start' ? { startsAt: control.at } : control.action === 'end' ? { endedAt: control.at } : {};
  const { actorId, actorRole } = control;
  await store.plans.change(control.planId, from, { status: to, ...instants }, { actorId, actorRole });
}

/** A plan that has gone on must not be taken back by the repeat of an old control. */
function isBefore(a: PlanState, b: PlanState): boolean {
  return PLAN_STATES.indexOf(a) < PLAN_STATES.indexOf(b);
}
