// controls: stored first, then hinted at; the rooms apply each once. A control of the whole plan also moves the plan's
// own status, by compare-and-set, after it is stored: a repeat finishes what a crash left in between.
import { isSameTime, lifeOf, withText } from '../../exam/notice.ts';
import { isPlanOver, PLAN_AFTER, planMove, planSources } from '../../exam/plan-moves.ts';
import { instantOf } from '../../exam/start-instant.ts';
import { transit } from '../../exam/transitions.ts';
import type { ControlAction } from '../../schema/controls.ts';
import { type ControlDocument, isSameOrder, orderFields } from '../../schema/documents/control.ts';
import { noticesOf, type PlanDocument } from '../../schema/documents/plan.ts';
import { GRACE_MS } from '../../schema/limits.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { ControlReply } from '../../schema/replies.ts';
import { ControlBody, ControlParams, NoBody, NoQuery, PlanParams } from '../../schema/requests.ts';
import type { RoomState } from '../../schema/states.ts';
import type { Target } from '../access.ts';
import { controlReply } from '../control-outcome.ts';
import { planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import type { Subject } from '../who-is-it.ts';

/** A room's control is for now; a plan's also reaches rooms that are made or rebuilt much later. */
const ROOM_CONTROL_LIFE_MS = 600_000;
const PLAN_CONTROL_LIFE_MS = 7 * 24 * 3_600_000;

/** What the api can tell of a room beforehand; the rest the room decides. */
const ROOM_AFTER: { readonly [A in ControlAction]?: RoomState } = { open: 'open', start: 'running', end: 'ended' };

type Asked = ReturnType<typeof ControlBody.parse>;

export function controlRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'post',
      path: '/plans/:planId/controls',
      tag: 'controls',
      summary:
        'Orders something for the whole plan, a room or chosen examinees. The same controlId again is the same control.',
      access: 'control.issue',
      params: PlanParams,
      query: NoQuery,
      body: ControlBody,
      reply: { status: 202, type: 'application/json', schema: ControlReply },
      repeat: 'again',
      refusals: [
        'PLAN_UNKNOWN',
        'ROOM_UNKNOWN',
        'EXAMINEE_UNKNOWN',
        'TRANSITION_REFUSED',
        'INSTANT_TOO_SOON',
        'CONTROL_REUSED',
        'UNDO_REFUSED',
        'TEMPLATE_UNKNOWN',
        'NOTICE_NOT_FREE',
      ],
      target: ({ params, body }) => targetOf(parts, params.planId, body),
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

/** Without a room and people it is about every room; with people it is about the rooms in which they sit. */
async function targetOf({ store }: ApiParts, planId: string, asked: Asked): Promise<Target> {
  const { roomId, examineeIds, toRoomId } = asked;
  const there = toRoomId === undefined ? [] : [toRoomId];
  if (roomId !== undefined && there.length > 0) return { of: 'rooms', planId, roomIds: [roomId, ...there] };
  if (roomId !== undefined) return { of: 'room', planId, roomId };
  if (examineeIds === undefined) return { of: 'every-room', planId };
  const examinees = await store.examinees.byIds(examineeIds);
  return { of: 'rooms', planId, roomIds: [...examinees.map((examinee) => examinee.roomId), ...there] };
}

async function issue(
  parts: ApiParts,
  subject: Subject,
  planId: string,
  given: Asked,
  now: number,
): Promise<ControlReply | Refusal> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const asked = withText(given, noticesOf(plan), subject.role !== 'proctor');
  if (isRefusal(asked)) return asked;
  const stored =
    (await parts.store.controls.get(asked.controlId)) ??
    (await store(parts, subject, plan, await withRoom(parts, asked), now));
  if (isRefusal(stored)) return stored;
  if (!isSame(stored, planId, asked)) return refuse('CONTROL_REUSED');
  await movePlan(parts, stored);
  await parts.directory.hintControls(planId);
  return controlReply(parts.store, stored, now);
}

/** A move is a matter of the room that they leave, whether it is named or not. */
async function withRoom({ store }: ApiParts, asked: Asked): Promise<Asked> {
  if (asked.action !== 'move' || asked.roomId !== undefined) return asked;
  const [first] = await store.examinees.byIds(asked.examineeIds?.slice(0, 1) ?? []);
  return first === undefined ? asked : { ...asked, roomId: first.roomId };
}

async function store(
  parts: ApiParts,
  subject: Subject,
  plan: PlanDocument,
  asked: Asked,
  now: number,
): Promise<ControlDocument | Refusal> {
  const refused = await refusedFor(parts, plan, asked, now);
  if (refused) return refused;
  const { at, tooSoon } = instantOf(asked, now, parts.config.startAheadMs);
  if (tooSoon !== undefined) return tooSoon;
  const { control, repeated } = await parts.store.controls.issue({
    _id: asked.controlId,
    planId: plan._id,
    roomId: asked.roomId ?? '',
    at,
    actorId: subject.subjectId,
    actorRole: subject.role,
    storedAt: now,
    expiresAt: at + lifeOf(asked, asked.roomId === undefined ? PLAN_CONTROL_LIFE_MS : ROOM_CONTROL_LIFE_MS),
    ...orderFields(asked),
  });
  if (!repeated) logIssued(parts, control);
  return control;
}

function logIssued({ recorder }: ApiParts, control: ControlDocument): void {
  const { planId, roomId, action, at, actorId: subject, storedAt } = control;
  const scope = control.examineeIds.length > 0 ? 'examinees' : roomId === '' ? 'plan' : 'room';
  const data = { action, at, controlId: control._id, scope };
  recorder.log({
    planId,
    ...(roomId === '' ? {} : { roomId }),
    stream: control.actorRole === 'proctor' ? 'proctor' : 'system',
    subject,
    kind: 'control.issued',
    at: storedAt,
    data,
  });
}

async function refusedFor(
  parts: ApiParts,
  plan: PlanDocument,
  asked: Asked,
  now: number,
): Promise<Refusal | undefined> {
  const { action, roomId, examineeIds } = asked;
  const refused = await strangerAmong(parts, plan, examineeIds ?? [], roomId);
  if (refused) return refused;
  const there = asked.toRoomId === undefined ? undefined : await roomOf(parts, asked.toRoomId);
  if (there !== undefined && (isRefusal(there) || there.planId !== plan._id)) return refuse('ROOM_UNKNOWN');
  if (roomId !== undefined) return refusedByRoom(parts, plan, roomId, action, now);
  const unknown = await undoesNothing(parts, plan, asked);
  if (unknown) return unknown;
  return examineeIds === undefined ? refusedByPlan(plan, action, now) : mayTake(plan, action, now);
}

/** A room refuses what it cannot take back; of a control for the plan each room takes back only what it has of it. */
async function undoesNothing({ store }: ApiParts, plan: PlanDocument, { undoes }: Asked): Promise<Refusal | undefined> {
  if (undoes === undefined || (await store.controls.get(undoes))?.planId === plan._id) return undefined;
  return refuse('UNDO_REFUSED', `The plan has no control ${undoes}.`);
}

/** EXAMINEE_UNKNOWN names the first who is not of this plan, or of this room where one is named. */
async function strangerAmong(
  { store }: ApiParts,
  plan: PlanDocument,
  examineeIds: readonly string[],
  roomId: string | undefined,
): Promise<Refusal | undefined> {
  if (examineeIds.length === 0) return undefined;
  const found = await store.examinees.byIds(examineeIds);
  const own = found.filter((one) => one.planId === plan._id && (roomId === undefined || one.roomId === roomId));
  const known = new Set(own.map(({ _id }) => _id));
  const stranger = examineeIds.find((examineeId) => !known.has(examineeId));
  return stranger === undefined ? undefined : refuse('EXAMINEE_UNKNOWN', `Nobody there has the id ${stranger}.`);
}

function refusedByPlan(plan: PlanDocument, action: ControlAction, now: number): Refusal | undefined {
  const after = PLAN_AFTER[action];
  if (after === undefined) return mayTake(plan, action, now);
  const to = transit('plan', plan.status, after);
  if (isRefusal(to)) return to;
  if (!planSources(action, after).includes(plan.status)) {
    const next = isPlanOver(plan.status) ? 'reopen' : 'resume';
    return refuse('TRANSITION_REFUSED', `A plan that is ${plan.status} takes no ${action}; allowed: ${next}.`);
  }
  // Rooms that have not begun could not be paused, and would begin all the same.
  if (action === 'pause' && now < plan.startsAt)
    return refuse(
      'TRANSITION_REFUSED',
      `The exam starts in ${Math.ceil((plan.startsAt - now) / 1_000)} s; pause then.`,
    );
  return undefined;
}

/** The room that is reopened brings its plan back with it, and so does one that gets more time in its grace. */
function mayTake(plan: PlanDocument, action: ControlAction, now: number): Refusal | undefined {
  const { endedAt, graceMs = GRACE_MS } = plan;
  const bringsBack = action === 'reopen' || (action === 'extend' && now < endedAt + graceMs);
  return bringsBack && isPlanOver(plan.status) ? undefined : notLive(plan);
}

function notLive({ status }: PlanDocument): Refusal | undefined {
  if (status === 'open' || status === 'running' || status === 'paused') return undefined;
  return refuse('TRANSITION_REFUSED', `The plan is ${status}; allowed: to open the whole plan first.`);
}

async function refusedByRoom(
  parts: ApiParts,
  plan: PlanDocument,
  roomId: string,
  action: ControlAction,
  now: number,
): Promise<Refusal | undefined> {
  const room = await roomOf(parts, roomId);
  if (isRefusal(room)) return room;
  if (room.planId !== plan._id) return refuse('ROOM_UNKNOWN');
  const refused = mayTake(plan, action, now);
  const after = ROOM_AFTER[action];
  if (refused || after === undefined) return refused;
  if (room.status === 'ended') return refuse('TRANSITION_REFUSED', 'The room has ended; allowed: reopen.');
  // A room that nobody has entered yet is closed in the store although its plan has been opened.
  const status = room.status === 'closed' && action !== 'open' ? 'open' : room.status;
  const to = transit('room', status, after);
  return isRefusal(to) ? to : undefined;
}

function isSame(control: ControlDocument, planId: string, asked: Asked): boolean {
  const isOpenScope = asked.action === 'move' && asked.roomId === undefined;
  const isSameScope = control.planId === planId && (isOpenScope || control.roomId === (asked.roomId ?? ''));
  return isSameScope && isSameTime(control, asked) && isSameOrder(control, asked);
}

/** Null from the store means that the plan is there already, has gone on, or was moved by a later control. */
async function movePlan({ store }: ApiParts, control: ControlDocument): Promise<void> {
  const move = planMove(control);
  if (move !== undefined) await store.plans.move(control, move.from, move.set);
}
