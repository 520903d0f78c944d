// What a proctor's programme asks of the api beside its rooms' sockets: who it is, rosters, photos, identities and what
// people could not work in. Each call is one request, sent again only where a repeat changes nothing. Must run in a browser.

import { newId } from '../schema/ids.ts';
import type { TimelineEntry, TimelineReply } from '../schema/person-timeline.ts';
import { type Refusal, RefusalError, refuse } from '../schema/refusals.ts';
import type {
  CallList,
  CallView,
  ExamineeList,
  ExamineeView,
  HeldInRoom,
  IdentityReply,
  ImportReply,
  IncidentList,
  IncidentView,
  LoginReply,
  LostMinutesReply,
  MeReply,
} from '../schema/replies.ts';
import type { IdentityBody } from '../schema/requests.ts';
import type { RoomControl, RoomControlList, RoomReport } from '../schema/room-report.ts';
import { fullJitterMs } from './backoff.ts';
import { type ClientClock, deviceClock, pause } from './clock.ts';
import { RETRY_WAITS } from './enter.ts';
import { ClientFault } from './faults.ts';
import { type Api, type Exchange, exchange, type Unwanted } from './http.ts';

/** How often something is asked for before it is said that the network is away. */
const TRIES = 4;
const PAGE = 500;

export type LoginOptions = {
  /** The api's address, without /v1. */
  readonly url: string;
  readonly login: string;
  readonly password: string;
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
};

export type StaffOptions = {
  /** The api's address, without /v1. */
  readonly url: string;
  /** From `login`. */
  readonly token: string;
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
  readonly clock?: ClientClock;
  /** Gives up what is under way. */
  readonly signal?: AbortSignal;
};

/** A room and its plan, as `me` has them. */
export type RoomOfPlan = Pick<MeReply['rooms'][number], 'planId' | 'roomId'>;
export type LostMinutes = LostMinutesReply['proposals'][number];

/**
 * Each throws RefusalError where the api says no: its message says why and what is allowed, `retryAfterMs` when to come
 * again. ClientFault NETWORK where there was no usable reply, LEFT when the signal aborts.
 */
export type Staff = {
  /** Who it is, and the rooms that are the own ones now. */
  me(): Promise<MeReply>;
  /** Everybody of the room, with code and identity: all pages, by examinee id. */
  roster(room: RoomOfPlan): Promise<readonly ExamineeView[]>;
  /** One of them as it stands now. */
  examinee(examineeId: string): Promise<ExamineeView>;
  /** What has happened to this examinee, in the order of time: all pages. The newest may come some seconds late. */
  timeline(examineeId: string): Promise<readonly TimelineEntry[]>;
  /** What the room made of its controls, by whom and why, and how far each has come: all pages, in the order of time. */
  controls(roomId: string): Promise<readonly RoomControl[]>;
  /** Everything that a printed report of the room needs. */
  report(roomId: string): Promise<RoomReport>;
  /** Incidents of the room in whatever state: all pages, by the first report. */
  incidents(room: RoomOfPlan): Promise<readonly IncidentView[]>;
  /** One with all of its evidence; a watch has the last piece alone. */
  incident(incidentId: string): Promise<IncidentView>;
  /** Raised hands of the room, also those that are over: all pages, by the time of raising. */
  calls(room: RoomOfPlan): Promise<readonly CallView[]>;
  /** Of whom a device brought answers after another one had followed it: how many, never what they say. */
  heldAnswers(roomId: string): Promise<HeldInRoom['examinees']>;
  /** Undefined where there is none; the roster's `hasPhoto` says so beforehand. */
  photo(examineeId: string): Promise<Blob | undefined>;
  /** With the `version` that was seen it is refused where somebody else has decided since. */
  confirmIdentity(examineeId: string, decision: IdentityBody): Promise<IdentityReply['identity']>;
  /** What people could not work in; an `extend` control under a proposal's id grants it, once whoever else does too. */
  lostMinutes(roomId: string): Promise<readonly LostMinutes[]>;
  /** Brings the text of a sealed export to the room where its examinee sits; the same file again gives the first result. */
  importExport(roomId: string, file: string): Promise<ImportReply>;
  /** Ends the session of this token; one that has ended stays so. */
  logout(): Promise<void>;
};

/** A token for an admin or a proctor. Asked once. Throws as Staff does: LOGIN_REFUSED, TOO_MANY_TRIES. */
export async function login({ url, login, password, fetch, signal }: LoginOptions): Promise<LoginReply> {
  const api: Api = { url, fetch: fetch ?? globalThis.fetch };
  const body = { login, password };
  const outcome = await exchange(api, { path: 'v1/login', body, ...(signal === undefined ? {} : { signal }) });
  if (outcome.kind !== 'reply') throw failureOf(outcome);
  const reply = outcome.body as Partial<LoginReply> | null;
  if (typeof reply?.token !== 'string') throw noReply();
  return reply as LoginReply;
}

/** Opens nothing: each call is a request. */
export function staff(options: StaffOptions): Staff {
  const { url, token, random = Math.random, clock = deviceClock } = options;
  const signal = options.signal ?? new AbortController().signal;
  const api: Api = { url, fetch: options.fetch ?? globalThis.fetch };

  /** For what may be asked again: reading, and what comes to the same however often it is said. */
  async function ask<T>(request: Exchange, isRight: (body: unknown) => body is T): Promise<T> {
    let failure: RefusalError | ClientFault = noReply();
    for (let tries = 0; tries < TRIES && !signal.aborted; tries++) {
      const outcome = await exchange(api, { ...request, token, signal });
      if (outcome.kind === 'reply' && isRight(outcome.body)) return outcome.body;
      failure = outcome.kind === 'reply' ? noReply() : failureOf(outcome);
      if (outcome.kind === 'refused') throw failure;
      const retryAfterMs = outcome.kind === 'later' ? outcome.retryAfterMs : 0;
      const jitterMs = fullJitterMs(tries, RETRY_WAITS.baseMs, RETRY_WAITS.mostMs, random());
      if (tries + 1 < TRIES) await pause(clock, retryAfterMs + jitterMs, signal);
    }
    throw signal.aborted ? new ClientFault('LEFT', 'it was given up') : failure;
  }

  /** Every page of a list; `path` has a query. */
  async function pages<T extends { readonly next: string | null }>(
    path: string,
    isRight: (body: unknown) => body is T,
  ): Promise<T[]> {
    const found: T[] = [];
    for (let after = ''; ; ) {
      const page = await ask({ path: `${path}&limit=${PAGE}${after}` }, isRight);
      found.push(page);
      if (page.next === null) return found;
      after = `&after=${page.next}`;
    }
  }

  return {
    me: () => ask({ path: 'v1/me' }, has<MeReply>('rooms')),
    async roster({ planId, roomId }) {
      const path = `v1/plans/${planId}/examinees?roomId=${roomId}`;
      return (await pages(path, has<ExamineeList>('examinees'))).flatMap(({ examinees }) => examinees);
    },
    examinee: (examineeId) => ask({ path: `v1/examinees/${examineeId}` }, has<ExamineeView>('examineeId')),
    async timeline(examineeId) {
      const path = `v1/examinees/${examineeId}/timeline?`;
      return (await pages(path, has<TimelineReply>('entries'))).flatMap(({ entries }) => entries);
    },
    controls: async (roomId) =>
      (await pages(`v1/rooms/${roomId}/controls?`, has<RoomControlList>('controls'))).flatMap(
        ({ controls }) => controls,
      ),
    report: (roomId) => ask({ path: `v1/rooms/${roomId}/report` }, has<RoomReport>('people')),
    async incidents({ planId, roomId }) {
      const path = `v1/plans/${planId}/incidents?roomId=${roomId}`;
      return (await pages(path, has<IncidentList>('incidents'))).flatMap(({ incidents }) => incidents);
    },
    incident: (incidentId) => ask({ path: `v1/incidents/${incidentId}` }, has<IncidentView>('evidence')),
    async calls({ planId, roomId }) {
      const path = `v1/plans/${planId}/calls?roomId=${roomId}`;
      return (await pages(path, has<CallList>('calls'))).flatMap(({ calls }) => calls);
    },
    heldAnswers: async (roomId) =>
      (await ask({ path: `v1/rooms/${roomId}/held-answers` }, has<HeldInRoom>('examinees'))).examinees,
    photo: (examineeId) =>
      unless('PHOTO_UNKNOWN', ask({ path: `v1/examinees/${examineeId}/photo`, as: 'image' }, isBlob)),
    async confirmIdentity(examineeId, body) {
      const path = `v1/examinees/${examineeId}/identity`;
      return (await ask({ path, method: 'PUT', body }, has<IdentityReply>('identity'))).identity;
    },
    async lostMinutes(roomId) {
      const path = `v1/rooms/${roomId}/lost-minutes`;
      return (await ask({ path }, has<LostMinutesReply>('proposals'))).proposals;
    },
    async importExport(roomId, file) {
      const request = { path: `v1/rooms/${roomId}/imports`, body: exportIn(file), key: newId() };
      return ask(request, has<ImportReply>('importId'));
    },
    async logout() {
      const request: Exchange = { path: 'v1/logout', method: 'POST', key: newId() };
      await unless('LOGIN_REQUIRED', ask(request, isNothing));
    },
  };
}

/** A reply that has this member: a newer api may say more, so its strict schema is not used. */
function has<T extends object>(name: keyof T): (body: unknown) => body is T {
  return (body): body is T => typeof body === 'object' && body !== null && name in body;
}

/** What the file says. Throws RefusalError EXPORT_ALTERED where it is no JSON: then it is not worth a request. */
function exportIn(file: string): unknown {
  try {
    return JSON.parse(file);
  } catch {
    throw new RefusalError(refuse('EXPORT_ALTERED'));
  }
}

function isBlob(body: unknown): body is Blob {
  return body instanceof Blob;
}

function isNothing(body: unknown): body is undefined {
  return body === undefined;
}

/** Undefined where it is refused with this code. */
async function unless<T>(code: Refusal['refused'], asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (cause) {
    if (cause instanceof RefusalError && cause.refusal.refused === code) return undefined;
    throw cause;
  }
}

function failureOf(outcome: Unwanted): RefusalError | ClientFault {
  if (outcome.kind === 'refused') return new RefusalError(outcome.refusal);
  const { reason, retryAfterMs, cause } = outcome;
  return reason === 'NETWORK' ? noReply(cause) : new RefusalError(refuse(reason, undefined, retryAfterMs));
}

function noReply(cause?: unknown): ClientFault {
  return new ClientFault('NETWORK', 'the api gave no usable reply', cause);
}
