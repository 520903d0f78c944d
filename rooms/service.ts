// Until when a room is served, and the outages that follow from it (exam/outage.ts). The room looks each second; the store
// hears of all rooms of a process together, each few seconds, so that who makes one anew knows how long nobody had it.
import type { Logger } from 'pino';
import { needsService, outageBefore } from '../exam/outage.ts';
import { newId } from '../schema/ids.ts';
import type { Store } from '../store/open-store.ts';
import type { Served } from '../store/rooms.ts';
import type { LiveRoom } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** An outage seems longer by at most so much. */
const NOTE_EVERY_MS = 3_000;

/** The room is served now. Finds whether nobody did before; storing that comes again until it succeeds. */
export function noteService(context: RoomContext): void {
  const { room, services } = context;
  const now = services.now();
  const isNeeded = needsService(room.facts.status);
  const outage = isNeeded ? outageBefore(room, now) : undefined;
  room.servedUntil = isNeeded ? now : 0;
  if (outage !== undefined) room.outages = [...room.outages, { outageId: newId(), ...outage }];
  if (room.outages.length > room.storedOutages) context.effect('store an outage', () => storeOutages(context));
}

async function storeOutages({ room, services, fenced }: RoomContext): Promise<void> {
  const { roomId, planId, epoch, outages, servedUntil } = room;
  const stored = await services.store.rooms.change(roomId, epoch, { outages, servedUntil });
  if (stored === null) return fenced();
  const fresh = outages.slice(room.storedOutages);
  room.storedOutages = Math.max(room.storedOutages, outages.length);
  for (const { from, to } of fresh)
    services.recorder.log({
      ...{ planId, roomId, stream: 'system', subject: roomId, kind: 'room.unserved', at: to },
      data: { from, to },
    });
}

/** What the store may be told of this room; undefined where that would hide an outage, or there is nothing to tell. */
export function servedOf({ roomId, epoch, servedUntil, lost, outages, storedOutages }: LiveRoom): Served | undefined {
  if (lost || servedUntil === 0 || outages.length > storedOutages) return undefined;
  return { roomId, epoch, servedUntil };
}

export type ServiceNotes = { stop(): Promise<void> };

/** Starts telling the store. What fails is told with the next time. */
export function noteServices(store: Store, served: () => readonly Served[], log: Logger): ServiceNotes {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;

  /** Never rejects. */
  async function note(): Promise<void> {
    try {
      await store.rooms.served(served());
    } catch (error) {
      log.debug({ err: error }, 'until when rooms were served could not be stored');
    } finally {
      isBusy = false;
    }
  }

  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    running = note();
  }, NOTE_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
