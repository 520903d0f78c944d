// Who takes part in the scripted exam: three rooms on two processes, two proctors, sixty examinees, an administrator and a
// machine, each at a programme of their own behind a network of their own. Only what programmes have is used: the client
// library and REST. Must never look into a store. Called by the stage.
import { randomUUID } from 'node:crypto';
import { type System, startSystem } from '../../../bin/launcher/system.ts';
import { type EnterOptions, enterExam } from '../../../client/enter-exam.ts';
import { memoryOutbox } from '../../../client/outbox-memory.ts';
import { type RoomWatch, watchRoom } from '../../../client/proctor.ts';
import type { ExamSession } from '../../../client/session.ts';
import { type Administrator, createAdministrator, login } from '../../../loadtest/administrator.ts';
import type { Item, KeyEntry } from '../../../schema/answers.ts';
import { newId } from '../../../schema/ids.ts';
import type { RefusalCode } from '../../../schema/refusals.ts';
import type { PlanBody } from '../../../schema/requests.ts';
import { type Network, openNetwork } from '../../support/network.ts';
import { mongodbUrl, testFolder } from '../../support/parts.ts';
import { until } from '../../workers/worker-parts.ts';

export const ROOMS = ['red', 'blue', 'green'] as const;
export type RoomName = (typeof ROOMS)[number];
export const SEATS_A_ROOM = 20;
/** An examinee by room and seat, from 1 on. */
export type Seat = `${RoomName} ${number}`;
export const SEATS: readonly Seat[] = ROOMS.flatMap((room) =>
  Array.from({ length: SEATS_A_ROOM }, (_, index): Seat => `${room} ${index + 1}`),
);
export const PROCTORS = { ahn: ['red', 'blue'], bae: ['red', 'green'] } as const satisfies Record<string, RoomName[]>;
export type ProctorName = keyof typeof PROCTORS;
/** A proctor's programme at one room. */
export type Post = 'ahn@red' | 'ahn@blue' | 'bae@red' | 'bae@green';
export const POSTS: readonly Post[] = ['ahn@red', 'ahn@blue', 'bae@red', 'bae@green'];

export const ITEM_COUNT = 12;
const ITEMS: Item[] = Array.from({ length: ITEM_COUNT }, (_, index) => ({
  number: index + 1,
  name: `q${index + 1}`,
  kind: 'singleChoice',
  text: '',
  options: ['A', 'B', 'C'].map((id) => ({ id, text: '' })),
}));
const KEY: KeyEntry[] = ITEMS.map(({ number }) => ({
  item: number,
  kind: 'singleChoice',
  correct: 'A',
  points: 1_000,
}));

/** Who comes back comes soon, and not all in the same instant. */
const random = () => 0.15 + Math.random() * 0.1;

export type Asker = 'admin' | ProctorName | 'machine' | 'nobody';
export type Answered = { readonly status: number; readonly body: never; readonly code: RefusalCode | undefined };

export type Cast = {
  readonly system: System;
  readonly admin: Administrator;
  readonly planId: string;
  /** One request to the API. */
  ask(
    who: Asker | { readonly token: string },
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answered>;
  /** Also of `plan`, `code of red 1` and `login of ahn`. */
  idOf(name: string): string;
  /** What is called by this id; the id itself where nobody is. */
  nameOf(id: string): string;
  codeOf(seat: Seat): string;
  /** Enters, and resolves when the link is up; `meet` gets the session before anything has come over it. */
  enter(seat: Seat, meet: (session: ExamSession) => void, options?: Partial<EnterOptions>): Promise<ExamSession>;
  watch(post: Post): Promise<RoomWatch>;
  network(who: Seat | Post): Promise<Network>;
  /** The processes on which its people have sat down, by room; of a room that stays where it is, one. */
  places(): ReadonlyMap<RoomName, ReadonlySet<string>>;
  stop(): Promise<void>;
};

export function roomOf(who: Seat | Post): RoomName {
  const [one = '', other = ''] = who.split(/[ @]/);
  return ROOMS.find((room) => room === one || room === other) ?? 'red';
}

export function proctorOf(post: Post): ProctorName {
  return post.startsWith('ahn') ? 'ahn' : 'bae';
}

/** A system of two processes for rooms, without any plan. */
export async function startHouse(): Promise<System> {
  return startSystem({
    folder: await testFolder(),
    layout: { api: 1, rooms: 2, workers: 1 },
    restart: false,
    env: { NODE_ENV: 'production' },
    mongodbUrl: await mongodbUrl(`scripted-${newId()}`),
  });
}

/** One of whom the id is known, too. */
async function anAdministrator({ url, admin }: System): Promise<{ adminId: string; token: string }> {
  const account = { login: `admin-${newId()}`.toLowerCase(), password: randomUUID() };
  const response = await fetch(`${url}/v1/admins`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await admin()}`,
      'idempotency-key': randomUUID(),
      'content-type': 'application/json',
    },
    body: JSON.stringify(account),
  });
  const { adminId } = (await response.json()) as { adminId: string };
  return { adminId, token: await login(url, account.login, account.password) };
}

/** The plan, its rooms and its people; scheduled, and nobody is in. `given` is what the plan says beside its name. */
export async function gather(system: System, given: Omit<PlanBody, 'name' | 'paperId'>): Promise<Cast> {
  const names = new Map<string, string>();
  const ids = new Map<string, string>();
  const known = (name: string, id: string) => {
    names.set(id, name);
    ids.set(name, id);
  };
  const { adminId, token: adminToken } = await anAdministrator(system);
  known('admin', adminId);
  const admin = createAdministrator({ url: system.url, token: adminToken });
  const paperId = await admin.createPaper('paper', ITEMS);
  await admin.putKey(paperId, KEY);
  const planId = await admin.createPlan({ ...given, name: `plan ${newId()}`, paperId });
  known('plan', planId);
  for (const { roomId, label } of await admin.addRooms(planId, ROOMS)) known(label, roomId);
  const roster = await admin.addExaminees(
    planId,
    SEATS.map((seat) => ({ label: seat, roomId: ids.get(roomOf(seat)) ?? '' })),
  );
  for (const { examineeId, label } of roster) known(label, examineeId);
  const codes = new Map(roster.map(({ label, code }) => [label, code]));
  for (const { label, code } of roster) ids.set(`code of ${label}`, code);
  const tokens = new Map<string, string>([['admin', adminToken]]);
  const networks = new Map<Seat | Post, Promise<Network>>();
  const sessions: { leave(): Promise<void> }[] = [];
  const places = new Map<RoomName, Set<string>>();

  const ask: Cast['ask'] = async (who, method, path, body, given = {}) => {
    const token = typeof who === 'string' ? tokens.get(who) : who.token;
    const response = await fetch(`${system.url}/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID(), 'content-type': 'application/json' }),
        ...given,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const reply = (text === '' ? undefined : JSON.parse(text)) as never;
    const code = response.ok ? undefined : (reply as { code?: RefusalCode }).code;
    return { status: response.status, body: reply, code };
  };

  async function wanted<T>(answered: Promise<Answered>): Promise<T> {
    const { status, body } = await answered;
    if (status >= 400) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body;
  }

  for (const [name, rooms] of Object.entries(PROCTORS)) {
    const account = { login: `${name}-${newId()}`, password: randomUUID() };
    ids.set(`login of ${name}`, account.login);
    const roomIds = rooms.map((room) => ids.get(room));
    const proctor = { label: name, roomIds, ...account };
    const path = `/plans/${planId}/proctors`;
    known(name, (await wanted<{ proctorId: string }>(ask('admin', 'POST', path, proctor))).proctorId);
    tokens.set(name, await login(system.url, account.login, account.password));
  }
  const machine = await wanted<{ serviceId: string; token: string }>(ask('admin', 'POST', '/services', {}));
  known('machine', machine.serviceId);
  tokens.set('machine', machine.token);
  await admin.schedule(planId);

  const network = (who: Seat | Post): Promise<Network> => {
    const opened = networks.get(who) ?? openNetwork(system.url);
    networks.set(who, opened);
    return opened;
  };
  const through = async (who: Seat | Post) => {
    const { url, open } = await network(who);
    return {
      url,
      random,
      open: ((reservation, handlers) => {
        const room = ROOMS.find((one) => one === names.get(reservation.roomId));
        if (room !== undefined) places.set(room, (places.get(room) ?? new Set()).add(reservation.processId));
        return open(reservation, handlers);
      }) satisfies EnterOptions['open'],
    };
  };
  const online = async <S extends { link(): string; leave(): Promise<void> }>(name: string, one: S): Promise<S> => {
    sessions.push(one);
    await until(`${name} is online`, () => one.link() === 'online', 30_000);
    return one;
  };
  return {
    ...{ system, admin, planId, ask, network },
    idOf: (name) => ids.get(name) ?? '',
    nameOf: (id) => names.get(id) ?? id,
    codeOf: (seat) => codes.get(seat) ?? '',
    async enter(seat, meet, options = {}) {
      const device = { code: codes.get(seat) ?? '', deviceKey: `device-of-${seat.replace(' ', '-')}` };
      const own = { ...device, storage: memoryOutbox(), ...(await through(seat)), ...options };
      const session = await enterExam(own);
      meet(session);
      return online(seat, session);
    },
    async watch(post) {
      const roomId = ids.get(roomOf(post)) ?? '';
      const token = tokens.get(proctorOf(post)) ?? '';
      return online(post, await watchRoom({ roomId, token, ...(await through(post)) }));
    },
    places: () => places,
    async stop() {
      await Promise.all(sessions.map((session) => session.leave()));
      for (const opened of networks.values()) await (await opened).close();
    },
  };
}
