// Things by their id, or the refusal that there is no such thing; and what a request about them is about.
// Called by routes/.
import type { PaperDocument, PlanDocument } from '../schema/documents/plan.ts';
import type { ExamineeDocument, RoomDocument } from '../schema/documents/room.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { Target } from './access.ts';
import type { ApiParts } from './parts.ts';
import type { Subject } from './who-is-it.ts';

type Reads = Pick<ApiParts, 'store'>;

export const INSTALLATION: Target = { of: 'installation' };
export const LIST: Target = { of: 'list' };

/** The target of a route under `/plans/:planId`. */
export function aboutPlan(call: { readonly params: { readonly planId: string } }): Target {
  return { of: 'plan', planId: call.params.planId };
}

/** The target of a list under `/plans/:planId` that may be of one room of the plan. */
export async function aboutPlanOrRoom(
  parts: Reads,
  planId: string,
  roomId: string | undefined,
): Promise<Target | Refusal> {
  if (roomId === undefined) return { of: 'plan', planId };
  const room = await roomOf(parts, roomId);
  if ('refused' in room) return room;
  return room.planId === planId ? { of: 'room', planId, roomId } : refuse('ROOM_UNKNOWN');
}

/** Of which rooms a list is: of the one that is asked for, or of all that are the subject's own. Empty: of every room. */
export function listedRooms(subject: Subject, roomId: string | undefined): { readonly roomIds?: readonly string[] } {
  if (roomId !== undefined) return { roomIds: [roomId] };
  return subject.role === 'proctor' ? { roomIds: subject.roomIds } : {};
}

export async function planOf({ store }: Reads, planId: string): Promise<PlanDocument | Refusal> {
  return (await store.plans.get(planId)) ?? refuse('PLAN_UNKNOWN');
}

/** The plan while it may still be changed. */
export async function draftOf(parts: Reads, planId: string): Promise<PlanDocument | Refusal> {
  const plan = await planOf(parts, planId);
  return 'refused' in plan || plan.status === 'draft' ? plan : refuse('PLAN_NOT_DRAFT', `It is ${plan.status}.`);
}

export async function paperOf({ store }: Reads, paperId: string): Promise<PaperDocument | Refusal> {
  return (await store.papers.get(paperId)) ?? refuse('PAPER_UNKNOWN');
}

export async function roomOf({ store }: Reads, roomId: string): Promise<RoomDocument | Refusal> {
  return (await store.rooms.get(roomId)) ?? refuse('ROOM_UNKNOWN');
}

/** The target of a route under `/examinees/:examineeId` that is a matter of the examinee's room. */
export async function aboutRoomOf(parts: Reads, examineeId: string): Promise<Target | Refusal> {
  const examinee = await examineeOf(parts, examineeId);
  return 'refused' in examinee ? examinee : { of: 'room', planId: examinee.planId, roomId: examinee.roomId };
}

/** The target of a route under `/examinees/:examineeId` that is a matter of the examinee alone. */
export function aboutSelf(call: { readonly params: { readonly examineeId: string } }): Target {
  return { of: 'examinee', examineeId: call.params.examineeId };
}

export async function examineeOf({ store }: Reads, examineeId: string): Promise<ExamineeDocument | Refusal> {
  return (await store.examinees.get(examineeId)) ?? refuse('EXAMINEE_UNKNOWN');
}
