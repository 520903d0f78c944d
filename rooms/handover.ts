// Who is in charge of the room, live: each step is decided, stored under the room's epoch with its entry of the audit
// chain, and then told to the room's proctors. Never reaches an examinee.
import type { Client } from '@colyseus/core';
import type { Actor } from '../exam/audit-facts.ts';
import { type ChargeStep, decideCharge } from '../exam/charge.ts';
import type { Charge, ChargeView, HandoverOutcome } from '../schema/charge.ts';
import type { Incoming } from '../schema/messages.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { type Attendant, clientsOf } from './attendance.ts';
import { type LiveRoom, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** How often a step that somebody else was faster than is decided anew. */
const TRIES = 20;
const OUTCOMES = { confirm: 'confirmed', decline: 'declined', withdraw: 'withdrawn' } as const;

/** A proctor has come. */
export function tellCharge({ charge }: LiveRoom, client: Client): void {
  tell(client, 'charge.changed', { charge: chargeView(charge) });
}

/** Who has lost the room is not in charge of it; and somebody is, where a proctor is there. A chief only looks by. */
export function keepCharge(context: RoomContext): void {
  const { room, effect } = context;
  const { proctorId, offer } = room.charge;
  const gone = [proctorId, offer?.to ?? ''].find((id) => id !== '' && !room.attendants.has(id));
  if (gone !== undefined)
    return effect('end a charge', async () => void (await step(context, { kind: 'lost', proctorId: gone })));
  if (proctorId !== '') return;
  const there = [...room.attendants.values()].filter(({ state, chief }) => state === 'present' && !chief);
  const [first] = there.sort((a, b) => a.at - b.at);
  if (first !== undefined)
    effect('take charge', async () => void (await step(context, { kind: 'take', by: first.proctorId })));
}

/** Offers the room to another of its proctors. */
export function offerHandover(
  context: RoomContext,
  client: Client,
  by: string,
  { handoverId, to, note }: Incoming<'handover.offer'>,
): void {
  const { isChief } = standingOf(context.room, by);
  answerWith(context, client, handoverId, { kind: 'offer', handoverId, by, to, note, isChief });
}

/** Confirms, declines or withdraws what was offered. */
export function answerHandover(
  context: RoomContext,
  client: Client,
  by: string,
  { handoverId, decision }: Incoming<'handover.answer'>,
): void {
  const { isChief } = standingOf(context.room, by);
  const outcome: HandoverOutcome = OUTCOMES[decision];
  answerWith(context, client, `${handoverId}.${decision}`, { kind: 'answer', handoverId, by, isChief, outcome });
}

function standingOf(room: LiveRoom, proctorId: string): { isChief: boolean } {
  const attendant: Attendant | undefined = room.attendants.get(proctorId);
  return { isChief: attendant?.chief === true };
}

/** An answer that a fault prevents is one too: the sender tries again. */
function answerWith(context: RoomContext, client: Client, about: string, wish: ChargeStep): void {
  context.effect('handover', async () => {
    try {
      const result = await step(context, wish);
      if (!isRefusal(result)) return tell(client, 'handover.answered', { about, charge: chargeView(result) });
      answerRefusal(client, about, result);
    } catch (error) {
      answerRefusal(client, about, refuse('INTERNAL'));
      throw error;
    }
  });
}

function answerRefusal(client: Client, about: string, { refused: code, retry, message }: Refusal): void {
  tell(client, 'handover.answered', { about, code, retry, message });
}

/** Decides from what is stored; the store holds that nothing came in between. */
async function step(context: RoomContext, wish: ChargeStep): Promise<Charge | Refusal> {
  const { room, services } = context;
  for (let tries = 0; tries < TRIES; tries++) {
    const before = room.charge;
    const next = decideCharge(before, new Set(room.attendants.keys()), wish, services.now());
    if (isRefusal(next) || next === before) return next;
    const entry = entryOf(wish, before, next);
    const stored = await services.store.rooms.charge(room.roomId, room.epoch, next, {
      ...entry,
      source: `charge.${room.roomId}.${next.version}`,
      at: services.now(),
      subject: next.proctorId || before.proctorId,
      roomId: room.roomId,
    });
    if (stored) {
      become(context, next);
      services.recorder.log({
        ...{ planId: room.planId, roomId: room.roomId, stream: 'proctor', subject: entry.actorId || wishSubject(wish) },
        ...{ kind: entry.kind, at: services.now(), data: entry.data },
      });
      return next;
    }
    const document = await services.store.rooms.get(room.roomId);
    if (document === null || document.epoch !== room.epoch) {
      context.fenced();
      return refuse('ROOM_ELSEWHERE');
    }
    if (document.charge !== undefined) room.charge = document.charge;
  }
  throw new Error('others keep changing who is in charge');
}

function become({ room }: RoomContext, charge: Charge): void {
  if (charge.version <= room.charge.version) return;
  room.charge = charge;
  for (const client of clientsOf(room)) tellCharge(room, client);
}

function wishSubject(wish: ChargeStep): string {
  return wish.kind === 'lost' ? wish.proctorId : wish.by;
}

/** What the audit chain and the proctor log say of it. */
function entryOf(
  wish: ChargeStep,
  before: Charge,
  after: Charge,
): Actor & { kind: string; data: Record<string, string> } {
  const data = { from: before.proctorId, to: after.proctorId };
  switch (wish.kind) {
    case 'take':
      return { actorId: wish.by, actorRole: 'proctor', kind: 'charge.taken', data };
    case 'lost':
      return { actorId: '', actorRole: 'system', kind: 'charge.lost', data };
    case 'offer': {
      const { handoverId, to, note, by } = wish;
      const offered = { handoverId, from: before.proctorId, to, note };
      return { actorId: by, actorRole: 'proctor', kind: 'handover.offered', data: offered };
    }
    case 'answer':
      return {
        actorId: wish.by,
        actorRole: 'proctor',
        kind: `handover.${wish.outcome}`,
        data: { ...data, handoverId: wish.handoverId },
      };
  }
}

function chargeView({ proctorId, since, version, offer }: Charge): ChargeView {
  return { proctorId, since, version, offer };
}
