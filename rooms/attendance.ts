// The room's proctors: who is assigned, who is there, and who has gone. A state is stored before the others are shown it.
// Whoever leaves by himself is away at once; a link that was lost has as long as an examinee's to come back.
import type { Client } from '@colyseus/core';
import { DROPPED_MS } from '../exam/grace.ts';
import { presenceOf } from '../exam/presence.ts';
import { sourcesOf } from '../exam/transitions.ts';
import { CLOSE } from '../schema/close-codes.ts';
import type { Presence } from '../schema/documents/people.ts';
import type { Incoming } from '../schema/messages.ts';
import { refuse } from '../schema/refusals.ts';
import { type ExamRoomState, ProctorRow } from '../schema/room-state.ts';
import type { ProctorState } from '../schema/states.ts';
import type { Assigned, Assignment } from '../store/proctors.ts';
import { DEAD_MS, terminate } from './guard.ts';
import { type LiveRoom, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** One proctor of a room. `state`, `at` and `epoch` are as stored; the latter of the owner that stored it. */
export type Attendant = {
  readonly proctorId: string;
  label: string;
  chief: boolean;
  readonly clients: Set<Client>;
  state: ProctorState;
  at: number;
  epoch: number;
  lastSeenAt: number;
  storing: boolean;
  /** The examinee whom this proctor looks at; '' for nobody. Never stored. */
  watching: string;
};

const NOWHERE: Presence = { state: 'assigned', at: 0, epoch: 0 };

/** Takes those who are assigned. Who was present has the time of a lost link to come back. */
export async function loadAttendance({ room, services }: RoomContext): Promise<void> {
  const now = services.now();
  for (const proctor of await services.store.proctors.ofRoom(room.planId, room.roomId)) {
    const attendant = attendantOf(proctor, room);
    if (attendant.state === 'present') attendant.lastSeenAt = now;
    room.attendants.set(proctor._id, attendant);
  }
}

function attendantOf(
  { _id: proctorId, label, chief = false, presence = {} }: Assignment & Partial<Assigned>,
  { roomId }: LiveRoom,
): Attendant {
  const { state, at, epoch } = presence[roomId] ?? NOWHERE;
  return { proctorId, label, chief, clients: new Set(), state, at, epoch, lastSeenAt: 0, storing: false, watching: '' };
}

/** False where nobody has assigned this proctor to the room. */
export async function attend(context: RoomContext, client: Client, proctorId: string): Promise<boolean> {
  const attendant = await attendantFor(context, proctorId);
  if (attendant === undefined) return false;
  attendant.clients.add(client);
  attendant.lastSeenAt = context.services.now();
  storePresence(context, attendant);
  return true;
}

/** Who was assigned after the room was made is known to the store alone. */
async function attendantFor({ room, services }: RoomContext, proctorId: string): Promise<Attendant | undefined> {
  const known = room.attendants.get(proctorId);
  if (known !== undefined) return known;
  const proctor = await services.store.proctors.get(proctorId);
  if (proctor === null || proctor.planId !== room.planId || !hasRoom(proctor, room.roomId)) return undefined;
  const attendant = room.attendants.get(proctorId) ?? attendantOf(proctor, room);
  room.attendants.set(proctorId, attendant);
  return attendant;
}

/** Whether the room is among a proctor's. */
export function hasRoom({ roomIds, chief }: Assignment, roomId: string): boolean {
  return chief || roomIds.includes(roomId);
}

/** Who has the room now: who has lost it is told so and leaves, whoever has got it is shown. */
export function reassign(context: RoomContext, state: ExamRoomState, assignments: readonly Assignment[]): void {
  const { room } = context;
  const here = new Map(assignments.filter((one) => hasRoom(one, room.roomId)).map((one) => [one._id, one]));
  for (const [proctorId, attendant] of room.attendants) {
    const assigned = here.get(proctorId);
    if (assigned === undefined) context.effect('end an assignment', () => dismiss(context, state, attendant));
    else Object.assign(attendant, { label: assigned.label, chief: assigned.chief });
  }
  for (const [proctorId, assigned] of here)
    if (!room.attendants.has(proctorId)) room.attendants.set(proctorId, attendantOf(assigned, room));
  showAttendance(state, room);
}

/** What the list says may be older than a coming, so the store is asked once more. */
async function dismiss({ room, services }: RoomContext, state: ExamRoomState, attendant: Attendant): Promise<void> {
  const { proctorId, clients } = attendant;
  const proctor = await services.store.proctors.get(proctorId);
  if (proctor !== null && hasRoom(proctor, room.roomId)) return;
  if (room.attendants.get(proctorId) !== attendant) return;
  room.attendants.delete(proctorId);
  state.proctors.delete(proctorId);
  const { refused: code, retry, message } = refuse('ASSIGNMENT_ENDED');
  for (const client of clients) {
    tell(client, 'watch.ended', { code, retry, message });
    client.leave(CLOSE.unassigned);
  }
}

/** A socket of the proctor is gone. `isLeft`: by himself; then, and without another socket, he is away at once. */
export function leaveAttendance(room: LiveRoom, client: Client, isLeft: boolean): void {
  for (const attendant of room.attendants.values()) {
    if (!attendant.clients.delete(client) || attendant.clients.size > 0) continue;
    attendant.watching = '';
    if (isLeft) attendant.lastSeenAt = 0;
  }
}

/** Every socket of the room's proctors. */
export function* clientsOf(room: LiveRoom): Generator<Client> {
  for (const { clients } of room.attendants.values()) yield* clients;
}

/** Whom the proctor looks at. Only shown, so the last word of several devices counts. */
export function watchExaminee(
  { room }: RoomContext,
  client: Client,
  proctorId: string,
  { examineeId = '' }: Incoming<'examinee.watch'>,
): void {
  const attendant = room.attendants.get(proctorId);
  if (examineeId === '' || room.seats.has(examineeId)) {
    if (attendant !== undefined) attendant.watching = examineeId;
    return;
  }
  const { refused: code, retry, message } = refuse('EXAMINEE_UNKNOWN', 'Nobody of this room.');
  tell(client, 'refused', { type: 'examinee.watch', code, retry, message });
}

/** Whether this is a socket of somebody who still has the room. */
export function attends(room: LiveRoom, client: Client, proctorId: string): boolean {
  return room.attendants.get(proctorId)?.clients.has(client) === true;
}

/** A proctor's heartbeat. */
export function beatProctor(
  { room, services }: RoomContext,
  client: Client,
  proctorId: string,
  { sentAt }: Incoming<'heartbeat'>,
): void {
  const at = services.now();
  const attendant = room.attendants.get(proctorId);
  if (attendant !== undefined) attendant.lastSeenAt = at;
  tell(client, 'heartbeat', { sentAt, at });
}

/** Stores who has come or gone, and ends sockets that have been silent for long. Called each second. */
export function markAttendance(context: RoomContext): void {
  const now = context.services.now();
  for (const attendant of context.room.attendants.values()) {
    if (now - attendant.lastSeenAt > DEAD_MS) for (const client of attendant.clients) terminate(client);
    storePresence(context, attendant);
  }
}

/** The room goes: nobody is in it any more. */
export async function endAttendance(context: RoomContext): Promise<void> {
  for (const attendant of context.room.attendants.values()) {
    attendant.lastSeenAt = 0;
    if (attendant.state === 'present') await store(context, attendant, 'away');
  }
}

/** What the owner before has stored is stored again under the own epoch, so that a late write of his changes nothing. */
function storePresence(context: RoomContext, attendant: Attendant): void {
  const { room, services, effect } = context;
  const { state, epoch, lastSeenAt } = attendant;
  const to = presenceOf(state, services.now() - lastSeenAt, DROPPED_MS);
  const isStored = to === state && (state === 'assigned' || epoch === room.epoch);
  if (isStored || attendant.storing || room.lost) return;
  attendant.storing = true;
  effect('store presence', async () => {
    try {
      await store(context, attendant, to);
    } finally {
      attendant.storing = false;
    }
  });
}

/** Where the store had it differently, that counts, and the next turn decides anew. */
async function store({ room, services }: RoomContext, attendant: Attendant, to: ProctorState): Promise<void> {
  const { proctorId, state, at } = attendant;
  const { planId, roomId, epoch } = room;
  const isNew = to !== state;
  const presence = { state: to, at: isNew ? services.now() : at, epoch };
  const from = isNew ? sourcesOf('proctor', to) : [state];
  const stored = await services.store.proctors.setPresence(proctorId, roomId, from, presence);
  if (stored === null) {
    const proctor = await services.store.proctors.get(proctorId);
    Object.assign(attendant, proctor?.presence?.[roomId] ?? NOWHERE);
    return;
  }
  Object.assign(attendant, presence);
  if (!isNew) return;
  services.recorder.log({
    ...{ planId, roomId, stream: 'proctor', subject: proctorId },
    ...{ kind: `proctor.${to}`, at: presence.at, data: {} },
  });
}

/** Brings the rows that the room's proctors see of each other up to date. */
export function showAttendance(state: ExamRoomState, room: LiveRoom): void {
  for (const attendant of room.attendants.values()) {
    const { proctorId } = attendant;
    const row = state.proctors.get(proctorId) ?? new ProctorRow();
    for (const field of ['proctorId', 'label', 'chief', 'state', 'at', 'watching'] as const)
      if (row[field] !== attendant[field]) Object.assign(row, { [field]: attendant[field] });
    if (!state.proctors.has(proctorId)) state.proctors.set(proctorId, row);
  }
}
