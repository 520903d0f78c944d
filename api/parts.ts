// What the composition root gives to the api, and what the api makes of it for its routes. The api starts nothing and
// imports no rooms: it reaches them through the directory that it is given.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Config } from '../config.ts';
import type { DeviceQuestion, DeviceVerdict } from '../schema/device-change.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { RoomDocument } from '../schema/documents/room.ts';
import type { Incident } from '../schema/incidents.ts';
import type { LogEntry, StatisticsJob } from '../schema/jobs.ts';
import type { ItemRevision, SentAnswer } from '../schema/messages.ts';
import type { Asker, RoomStanding, SessionSign } from '../schema/over-http.ts';
import type { Refusal } from '../schema/refusals.ts';
import type { AnswersReply, SubmitReply } from '../schema/replies.ts';
import type { Reservation, SeatAuth } from '../schema/reservations.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { PublicExportKey } from '../store/export-keys.ts';
import type { Store } from '../store/open-store.ts';
import type { BelievedSessions } from './believed-sessions.ts';
import type { InFlight } from './in-flight.ts';
import type { InsidePage } from './inside.ts';
import type { Measures } from './measures.ts';
import type { Passwords } from './password.ts';
import type { RateLimits } from './rate-limits.ts';
import type { ShortCache } from './short-cache.ts';
import type { Tokens } from './tokens.ts';
import type { Tries } from './tries.ts';

/** Where live rooms are found. */
export type RoomDirectory = {
  /** While the room is moving between processes, `aside` does the waiting. */
  reserve(roomId: string, auth: SeatAuth, aside?: InFlight['aside']): Promise<Reservation | Refusal>;
  mayChangeDevice(roomId: string, question: DeviceQuestion): Promise<DeviceVerdict | Refusal>;
  /** Answers of this examinee were kept that a device held. Never waits, never throws: the room looks itself, too. */
  hintHeld(roomId: string, examineeId: string): void;
  hintControls(planId: string): Promise<void>;
  hintAssignments(planId: string): Promise<void>;
  hintPlan(planId: string): Promise<void>;
};

/** For who has no socket: the room's owner decides, or else what is stored (rooms/http-road.ts). */
export type HttpRoad = {
  answers(place: HttpPlace, asker: Asker, answers: readonly SentAnswer[]): Promise<AnswersReply | Refusal>;
  submit(place: HttpPlace, asker: Asker, revisions: readonly ItemRevision[]): Promise<SubmitReply | Refusal>;
  standing(place: HttpPlace, asker: Asker): Promise<RoomStanding | Refusal>;
  session(place: HttpPlace, examineeId: string): Promise<SessionSign | Refusal>;
  written(planId: string, examineeId: string): void;
};
export type HttpPlace = { readonly roomId: string; readonly isSettled: boolean };

/** The settings that the api reads. */
export type ApiConfig = Pick<
  Config,
  | 'secret'
  | 'publicUrl'
  | 'secure'
  | 'origins'
  | 'trustedProxies'
  | 'enterInFlight'
  | 'sessionMs'
  | 'startAheadMs'
  | 'dataDir'
  | 'roomAddresses'
  | 'fileQuota'
  | 'rates'
  | 'virusHook'
>;

export type ApiOptions = {
  readonly store: Store;
  /** The bytes of uploads. */
  readonly blobs: BlobStore;
  readonly directory: RoomDirectory;
  readonly road: HttpRoad;
  /** An ordinary connection that fails fast: counters of tries and live sheets. */
  readonly redis: Redis;
  /** Takes entries for the log; never rejects, never waits. */
  readonly recorder: { log(entry: Omit<LogEntry, 'logId'>): void };
  /** An incident was raised or handled: it is counted, and its room is told. Never rejects, never waits. */
  readonly incidents: { changed(incident: Pick<Incident, '_id' | 'planId' | 'roomId'>): void };
  /** Asks for a plan's statistics. */
  readonly queues: { statistics(job: StatisticsJob): Promise<void> };
  readonly config: ApiConfig;
  /** Pages for who runs the machines; none unless the settings have them on. */
  readonly insidePages?: readonly InsidePage[];
  /** Between two looks of a monitor; 2 s unless a test says otherwise. */
  readonly monitorEveryMs?: number;
  /** Streams of monitors that this process serves at once; 1,000 unless a test says otherwise. */
  readonly monitorStreams?: number;
  /** Whether this process is about to stop, and should get no new requests. */
  isLeaving(): boolean;
  /** The store's time as this process knows it, epoch ms: the clock that rooms and other processes go by. */
  now(): number;
  readonly log: Logger;
  /** The process's registry; the api adds its own metrics and shows all. */
  readonly metrics: Registry;
};

/** What routes work with. */
export type ApiParts = ApiOptions & {
  readonly tokens: Tokens;
  readonly passwords: Passwords;
  readonly tries: Tries;
  readonly rates: RateLimits;
  readonly measures: Measures;
  /** Enters that run at this moment. */
  readonly entering: InFlight;
  /** What comes over HTTP for rooms, at this moment. */
  readonly onTheRoad: InFlight;
  readonly staffNow: BelievedSessions;
  /** As the store had them at most a second ago. */
  readonly planSoon: ShortCache<PlanDocument | null>;
  readonly roomSoon: ShortCache<RoomDocument | null>;
  /** Whether any examinee of the plan has a photo. */
  readonly hasPhotosSoon: ShortCache<boolean>;
  /** The public export keys of plans, which never change; null where there is no such plan. */
  readonly exportKeySoon: ShortCache<PublicExportKey | null>;
  /** The paper keys of rooms that have started, as base64url; null before. */
  readonly paperKeySoon: ShortCache<string | null>;
};
