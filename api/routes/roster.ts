// roster: edits of one examinee's row once the draft is over. Stored by compare-and-set; the live room takes it within a
// second, and extra time moves the deadline at once. Who may is admin alone; proctors extend by a control.
import { decideRosterEdit } from '../../exam/roster-edit.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { RosterEditReply } from '../../schema/replies.ts';
import { ExamineeParams, NoQuery, RosterEditBody } from '../../schema/requests.ts';
import { seatIn } from '../../schema/seats.ts';
import type { RosterRow } from '../../store/examinees.ts';
import { aboutRoomOf, examineeOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { changedSince } from '../versions.ts';
import type { Subject } from '../who-is-it.ts';
import { versionOfExaminee } from './single-people.ts';

type Edit = {
  readonly label?: string | undefined;
  readonly extraMs?: number | undefined;
  readonly seat?: string | null | undefined;
  readonly ifMatch: string | undefined;
};

/** How often an edit is decided anew where another came first. */
const TRIES = 5;

export function rosterRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'put',
      path: '/examinees/:examineeId',
      tag: 'examinees',
      summary: 'Edits label, seat or extra time, also while the exam runs; after the start time is only added.',
      access: 'roster.write',
      params: ExamineeParams,
      query: NoQuery,
      body: RosterEditBody,
      reply: { status: 200, type: 'application/json', schema: RosterEditReply },
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN', 'TRANSITION_REFUSED', 'NAME_TAKEN', 'SEAT_TAKEN', 'BUSY', 'VERSION_CHANGED'],
      target: ({ params }) => aboutRoomOf(parts, params.examineeId),
      handle: ({ subject, params, body, ifMatch, now }) =>
        edit(parts, subject, params.examineeId, { ...body, ifMatch }, now),
    }),
  ];
}

async function edit(parts: ApiParts, subject: Subject, examineeId: string, wish: Edit, now: number) {
  for (let tries = 0; tries < TRIES; tries++) {
    const done = await tryEdit(parts, subject, examineeId, wish, now);
    if (done !== undefined) return done;
  }
  return refuse('BUSY', 'Others keep editing this row.', 500);
}

/** Undefined where somebody else was faster. */
async function tryEdit(
  parts: ApiParts,
  { subjectId: actorId, role: actorRole }: Subject,
  examineeId: string,
  wish: Edit,
  now: number,
): Promise<RosterEditReply | Refusal | undefined> {
  const { store, directory } = parts;
  const found = await examineeOf(parts, examineeId);
  if (isRefusal(found)) return found;
  const other = changedSince(wish.ifMatch, await versionOfExaminee(parts, found));
  if (other) return other;
  const room = await roomOf(parts, found.roomId);
  if (isRefusal(room)) return room;
  const to = decideRosterEdit({ ...found, seat: seatIn(found) }, room, wish);
  if (isRefusal(to)) return to;
  const isSame = to.label === found.label && to.extraMs === found.extraMs && to.seat === seatIn(found);
  if (isSame) return editedRow(found);
  const editedAt = Math.max(now, (found.editedAt ?? 0) + 1);
  const stored = await store.examinees.edit(found, { ...to, editedAt }, { actorId, actorRole });
  if (stored === null) return undefined;
  await directory.hintPlan(found.planId);
  return editedRow(stored);
}

function editedRow(row: RosterRow): RosterEditReply {
  const { _id: examineeId, label, extraMs } = row;
  return { examineeId, label, extraMs, seat: seatIn(row) || null };
}
