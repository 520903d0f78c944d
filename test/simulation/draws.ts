// What is drawn for a schedule: the plan, its people, what they do, the controls of its proctors, and what breaks.
import type { ControlAction } from '../../schema/controls.ts';
import type { ControlDocument } from '../../schema/documents/control.ts';
import type { Chance } from './chance.ts';
import type { WireBadness } from './connections.ts';
import type { Device } from './device.ts';
import type { Aim } from './flaws.ts';
import type { Hall } from './hall.ts';
import type { QueueBadness } from './journal.ts';
import type { Enrolled, Plan } from './room.ts';
import { PLAN_ID, ROOM_ID, START } from './store.ts';
import type { StoreAccess } from './store-access.ts';

/** From here on nothing breaks any more, in ms since the start. */
export const HEALED_MS = 15_000;

export function drawPlan(chance: Chance): Plan {
  const durationMs = chance.between(3, 8) * 1_000;
  return {
    durationMs,
    windowEndsAt: chance.happens(0.2) ? START + 3_000 + durationMs - chance.between(0, 2_000) : 0,
    lockStopsClock: chance.happens(0.5),
    graceMs: chance.between(2, 5) * 1_000,
  };
}

export function drawPeople(chance: Chance): Enrolled[] {
  const count = chance.oneOf([1, 1, 1, 2]);
  return Array.from({ length: count }, (_, index) => ({
    examineeId: `e${index + 1}`,
    extraMs: chance.oneOf([0, 0, 0, 2_000]),
  }));
}

export type AddDevice = (examineeId: string, nature?: { isCheating?: boolean; isAltering?: boolean }) => Device;
export type At = (ms: number, what: string, call: () => void) => void;

/** Comes, writes a few answers, some near the end; may submit, reload, come with another device, cheat, or never come. */
export function drawPerson(
  chance: Chance,
  aim: Aim | undefined,
  examineeId: string,
  addDevice: AddDevice,
  hall: Hall,
  at: At,
): void {
  if (chance.happens(0.05)) return;
  const isCheating = chance.happens(0.1);
  const isAltering = aim === 'altered contents' || (!isCheating && chance.happens(0.1));
  const device = addDevice(examineeId, { isCheating, isAltering });
  let writing = device;
  at(
    chance.between(0, 4_000),
    `${examineeId} enters${isCheating ? ', cheating' : ''}${isAltering ? ', altering' : ''}`,
    () => device.enter(),
  );
  const count = chance.between(3, 8);
  for (let n = 0; n < count; n++) {
    const item = chance.between(1, 3);
    const ms = chance.between(3_000, 13_000);
    at(ms, `${examineeId} answers ${item}`, () => writing.write(item));
    if (isAltering && chance.happens(0.5))
      at(ms + chance.between(5, 60), 'another process takes the room', () => hall.snatch());
  }
  const isEager = aim === 'hasty submits' || chance.happens(0.5);
  if (chance.happens(aim === 'hasty submits' ? 1 : 0.4))
    at(chance.between(4_000, 13_000), `${examineeId} submits`, () => writing.submit(isEager));
  if (chance.happens(0.2)) at(chance.between(3_000, 13_000), `${examineeId} reloads`, () => writing.reload());
  if (!chance.happens(0.15)) return;
  at(chance.between(4_000, 12_000), `${examineeId} goes on elsewhere`, () => {
    const next = addDevice(examineeId);
    next.enter();
    writing = next;
  });
}

export type Order = {
  readonly action: ControlAction;
  readonly examineeIds: readonly string[];
  readonly extraMs: number;
  readonly isOfPlan?: boolean;
  readonly mustConfirm?: boolean;
};

const ROOM_ACTIONS: readonly [ControlAction, ...ControlAction[]] = [
  'pause',
  'pause',
  'extend',
  'lock',
  'notice',
  'notice',
  'end',
  'remove',
  'submit',
  'extend',
];
const AFTER: Partial<Record<ControlAction, ControlAction>> = {
  pause: 'resume',
  lock: 'unlock',
  remove: 'readmit',
  end: 'reopen',
  submit: 'reopen',
};

export function drawControls(
  chance: Chance,
  people: readonly Enrolled[],
  issue: (order: Order) => void,
  hall: Hall,
  at: At,
): void {
  const count = chance.oneOf([0, 1, 1, 2, 2, 3]);
  for (let n = 0; n < count; n++) {
    const action = chance.oneOf(ROOM_ACTIONS);
    const ms = chance.between(3_500, 11_000);
    const order = drawOrder(chance, action, people);
    at(ms, sentenceOf(order), () => issue(order));
    if (chance.happens(0.08))
      at(ms + chance.between(20, 150), "the room's process dies amid it", () => hall.kill(1_000));
    const next = AFTER[action];
    if (next === undefined || !chance.happens(0.8)) continue;
    const following = {
      ...order,
      action: next,
      extraMs: next === 'reopen' || next === 'readmit' ? 4_000 : 0,
      examineeIds: next === 'reopen' ? [] : order.examineeIds,
    };
    at(ms + chance.between(200, 3_000), sentenceOf(following), () => issue(following));
  }
}

function drawOrder(chance: Chance, action: ControlAction, people: readonly Enrolled[]): Order {
  const isOfOne = action === 'remove' || action === 'submit' || (action !== 'end' && chance.happens(0.4));
  const [first] = people;
  const examineeIds = isOfOne && first !== undefined ? [first.examineeId] : [];
  const extraMs = action === 'extend' ? chance.between(1, 4) * 1_000 : 0;
  return {
    action,
    examineeIds,
    extraMs,
    isOfPlan: examineeIds.length === 0 && chance.happens(0.3),
    mustConfirm: action === 'notice' && chance.happens(0.5),
  };
}

function sentenceOf({ action, examineeIds, extraMs }: Order): string {
  return [action, ...examineeIds, ...(extraMs === 0 ? [] : [`${extraMs} ms`])].join(' ');
}

export function controlOf(
  controlId: string,
  { action, examineeIds, extraMs, isOfPlan = false, mustConfirm = false }: Order,
  now: number,
): Omit<ControlDocument, 'sequence'> {
  return {
    ...{
      _id: controlId,
      planId: PLAN_ID,
      roomId: isOfPlan ? '' : ROOM_ID,
      action,
      at: action === 'start' ? now + 3_000 : now,
    },
    ...{ actorId: 'p', actorRole: 'proctor', reason: '', storedAt: now, expiresAt: now + 60_000 },
    ...{ examineeIds: [...examineeIds], extraMs, time: 'incident', text: '', template: '', mustConfirm, undoes: '' },
  };
}

type Breakable = {
  readonly wire: WireBadness;
  readonly queue: QueueBadness;
  readonly access: StoreAccess;
  readonly hall: Hall;
  readonly devices: readonly Device[];
  readonly at: At;
};

/** A quarter of the schedules is calm; in the others some things are bad all the time, and some break. */
export function drawFaults(
  chance: Chance,
  aim: Aim | undefined,
  { durationMs, graceMs }: Plan,
  { wire, queue, access, hall, devices, at }: Breakable,
): void {
  if (chance.happens(0.25) && aim === undefined) return;
  const level = (): number => chance.oneOf([0, 0, 0.02, 0.15]);
  Object.assign(wire, { lost: level(), doubled: level(), outOfTurn: level(), slow: level() });
  Object.assign(queue, { refused: level(), lost: level(), twice: level(), ackLost: level() });
  Object.assign(access.badness, { lostRequest: chance.oneOf([0, 0, 0.02]), lostReply: chance.oneOf([0, 0, 0.05]) });
  if (aim === 'altered contents') Object.assign(queue, { twice: 0.5, ackLost: 0.5 });
  if (aim === 'lost replies') access.badness.lostReply = 0.3;
  const count = chance.oneOf([0, 1, 1, 2, 3]);
  for (let n = 0; n < count; n++) {
    const ms = chance.happens(0.4)
      ? 3_000 + durationMs + chance.between(-300, graceMs + 600)
      : chance.between(1_000, HEALED_MS - 2_000);
    const left = HEALED_MS - ms;
    const length = Math.min(left, chance.between(200, 8_000));
    const [what, call] = faultOf(chance, length, START + ms + length, hall, access, devices);
    at(ms, what, call);
  }
}

/** The owner sleeps when it has read what is to count, and time is added while another has the room. */
export function drawSleepAmidEnd(
  chance: Chance,
  { durationMs }: Plan,
  issue: (order: Order) => void,
  hall: Hall,
  at: At,
): void {
  const endMs = 3_000 + durationMs;
  at(endMs + chance.between(0, 400), "the room's process sleeps amid an end", () =>
    hall.sleepAmid(chance.between(5_000, 8_000)),
  );
  at(endMs + chance.between(0, 1_500), 'extend 4000 ms', () =>
    issue({ action: 'extend', examineeIds: [], extraMs: 4_000 }),
  );
}

function faultOf(
  chance: Chance,
  length: number,
  until: number,
  hall: Hall,
  access: Breakable['access'],
  devices: readonly Device[],
): [string, () => void] {
  switch (chance.between(1, 10)) {
    case 1:
    case 2:
      return ["the room's process dies", () => hall.kill(Math.min(length, 3_000))];
    case 3:
    case 4:
      return ["the room's process sleeps", () => hall.sleep(length)];
    case 5:
      return ["the room's process sleeps amid a request", () => hall.sleepAmid(length + 2_500)];
    case 6:
      return ['another process takes the room', () => hall.snatch()];
    case 7:
      return ['the store is down', () => access.goDown(until)];
    case 8:
      return ['a clock is set', () => hall.setWall(length * (length % 2 === 0 ? 1_000 : -1_000))];
    case 9:
      return ['a page is reloaded', () => devices[0]?.reload()];
    default:
      return ['a link is cut', () => devices[0]?.cut(length, length % 2 === 0)];
  }
}
