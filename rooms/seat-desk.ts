// Asks another process for a seat in one of its rooms: many requests of one moment in one message, and all answers on one
// standing channel. The framework's own call opens and closes a channel for each request, which in a storm of enters
// costs more than the seat. Used by the directory; answered by the rooms role.
import { type IRoomCache, matchMaker } from '@colyseus/core';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import { openRedis } from '../redis-connection.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Reservation, SeatAuth } from '../schema/reservations.ts';
import { ExamRoom } from './exam-room.ts';
import { forgetReservationsOf } from './guard.ts';

/** Trusted: both ends are processes of ours behind the same Redis. */
const Requests = z.object({
  replyTo: z.string(),
  seats: z.array(z.tuple([z.int(), z.string(), z.custom<SeatAuth>()])),
});
type Requests = z.infer<typeof Requests>;
const Replies = z.array(z.tuple([z.int(), z.custom<Reservation>().nullable()]));
type Replies = z.infer<typeof Replies>;

const PATIENCE_MS = 2_000;

export type SeatDesk = {
  /** A seat in the room of that process; null where the room is not there. Rejects when nothing is heard for 2 s. */
  ask(processId: string, roomId: string, auth: SeatAuth): Promise<Reservation | null>;
  stop(): void;
};

type Waiting = {
  resolve(reservation: Reservation | null): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
};

/** Opens the desk of this process; `id` names it. Subscribes before it returns. */
export async function openSeatDesk(redis: Redis, redisUrl: string, id: string, log: Logger): Promise<SeatDesk> {
  const replyTo = redisKeys.seatReplies(id);
  const waiting = new Map<number, Waiting>();
  const outgoing = new Map<string, Requests['seats']>();
  let last = 0;
  const subscriber = await subscribed(redisUrl, replyTo, log, (text) => {
    for (const [number, reservation] of Replies.parse(JSON.parse(text))) settle(number)?.resolve(reservation);
  });

  function settle(number: number): Waiting | undefined {
    const found = waiting.get(number);
    waiting.delete(number);
    clearTimeout(found?.timer);
    return found;
  }

  /** Everything that was asked in this turn of the loop goes in one message a process. */
  function send(processId: string): void {
    const seats = outgoing.get(processId) ?? [];
    outgoing.delete(processId);
    redis.publish(redisKeys.seats(processId), JSON.stringify({ replyTo, seats })).catch((error: unknown) => {
      const cause = error instanceof Error ? error : new Error(String(error));
      for (const [number] of seats) settle(number)?.reject(cause);
    });
  }

  return {
    ask(processId, roomId, auth) {
      return new Promise((resolve, reject) => {
        const number = ++last;
        const timer = setTimeout(() => settle(number)?.reject(new Error('no answer about a seat')), PATIENCE_MS);
        waiting.set(number, { resolve, reject, timer });
        const seats = outgoing.get(processId);
        if (seats !== undefined) return void seats.push([number, roomId, auth]);
        outgoing.set(processId, [[number, roomId, auth]]);
        setImmediate(send, processId);
      });
    },
    stop() {
      subscriber.disconnect();
      for (const number of [...waiting.keys()]) settle(number)?.reject(new Error('the desk is closed'));
    },
  };
}

/** Answers for the rooms of this process until `stop`. */
export async function answerSeats(redis: Redis, redisUrl: string, log: Logger): Promise<{ stop(): void }> {
  const subscriber = await subscribed(redisUrl, redisKeys.seats(matchMaker.processId), log, (text) => {
    reply(redis, Requests.parse(JSON.parse(text))).catch((error: unknown) =>
      log.warn({ err: error }, 'seats were not answered'),
    );
  });
  return { stop: () => subscriber.disconnect() };
}

async function reply(redis: Redis, { replyTo, seats }: Requests): Promise<void> {
  const replies: Replies = await Promise.all(
    seats.map(async ([number, roomId, auth]): Promise<Replies[number]> => [number, await seatHere(roomId, auth)]),
  );
  await redis.publish(replyTo, JSON.stringify(replies));
}

/** A seat in a room of this process; null where it has none of this id, or is handing it on. Throws where the room takes nobody more. */
export async function seatHere(roomId: string, auth: SeatAuth): Promise<Reservation | null> {
  const room = matchMaker.getLocalRoomById(roomId);
  if (room === undefined || (room instanceof ExamRoom && room.isLeaving)) return null;
  forgetReservationsOf(room, auth);
  if (room instanceof ExamRoom) room.expect(auth);
  const row = { roomId, name: room.roomName, processId: matchMaker.processId };
  const { sessionId } = await matchMaker.reserveSeatFor(row as IRoomCache, {}, auth);
  const { publicAddress } = matchMaker;
  return publicAddress ? { ...row, sessionId, publicAddress } : { ...row, sessionId };
}

async function subscribed(
  redisUrl: string,
  channel: string,
  log: Logger,
  hear: (text: string) => void,
): Promise<Redis> {
  const subscriber = openRedis(redisUrl, { maxRetriesPerRequest: null, enableReadyCheck: false });
  subscriber.on('error', (error) => log.debug({ err: error.message }, 'seat connection error'));
  subscriber.on('message', (_channel: string, text: string) => {
    try {
      hear(text);
    } catch (error) {
      log.error({ err: error }, 'unreadable message about seats');
    }
  });
  await subscriber.subscribe(channel);
  return subscriber;
}
