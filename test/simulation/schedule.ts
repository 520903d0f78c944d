// One schedule, drawn from its seed: an exam of a few seconds with its people, their devices, proctors' controls and what
// breaks; then everything heals and comes to rest, and the judge says which promises were broken.
import type { Item } from '../../schema/answers.ts';
import { createAgenda } from './agenda.ts';
import { chanceOf } from './chance.ts';
import type { WireBadness } from './connections.ts';
import { createDevice, type Device } from './device.ts';
import {
  controlOf,
  drawControls,
  drawFaults,
  drawPeople,
  drawPerson,
  drawPlan,
  drawSleepAmidEnd,
  HEALED_MS,
  type Order,
} from './draws.ts';
import type { Aim, Flaw } from './flaws.ts';
import { createHall, type Hall } from './hall.ts';
import type { QueueBadness } from './journal.ts';
import { CLOCK_ERROR_MS, createJudge } from './judge.ts';
import { createProcess } from './processes.ts';
import { createStore, START } from './store.ts';
import { createStoreAccess } from './store-access.ts';

export type Verdict = {
  readonly seed: number;
  /** The promises that were broken, in the order of their breaking. */
  readonly broken: readonly string[];
  readonly events: number;
  /** So many answers were told saved, and so many of them by a room that another had followed already. */
  readonly acknowledged: number;
  readonly savedByOldOwner: number;
  readonly simulatedMs: number;
};

/** So long after, what has not ended is ended; and so long nothing may go on. */
const ENDED_AFTER_MS = 5_000;
const RESTING_MS = 3_800;
const MOST_MS = 100_000;
const ITEMS: ReadonlyMap<number, Item> = new Map(
  [1, 2, 3].map((number) => [number, { number, name: `${number}`, kind: 'number', text: '', options: [] }]),
);

export type PlayOptions = {
  readonly flaw?: Flaw | undefined;
  readonly aim?: Aim | undefined;
  /** Gets what happens, line by line. */
  readonly history?: string[];
};

/** Plays the schedule of this seed. The same seed with the same aim is the same schedule. */
export function playSchedule(seed: number, { flaw, aim, history }: PlayOptions = {}): Verdict {
  const chance = chanceOf(seed);
  const agenda = createAgenda(START);
  const plan = drawPlan(chance);
  const people = drawPeople(chance);
  const store = createStore(
    people.map(({ examineeId }) => examineeId),
    agenda.now,
    flaw,
  );
  const judge = createJudge(plan, people, store, agenda.now, history);
  const access = createStoreAccess(agenda, chance);
  const wire: WireBadness = { lost: 0, doubled: 0, outOfTurn: 0, slow: 0 };
  const queue: QueueBadness = { refused: 0, lost: 0, twice: 0, ackLost: 0 };
  const error = (): number => chance.between(-CLOCK_ERROR_MS, CLOCK_ERROR_MS);
  const api = createProcess(agenda, 'api', 0);
  const hall = createHall({
    plan,
    people,
    items: ITEMS,
    store,
    access,
    chance,
    judge,
    flaw,
    agenda,
    api,
    wire,
    queue,
    errors: [error(), error()],
  });
  const devices: Device[] = [];
  const controls: string[] = [];
  const at = (ms: number, what: string, call: () => void): void => {
    agenda.at(START + ms, () => {
      judge.note('schedule', 'does', what);
      call();
    });
  };

  function addDevice(examineeId: string, { isCheating = false, isAltering = false } = {}): Device {
    if (isAltering) judge.alters(examineeId);
    const name = `${examineeId}.${devices.length}`;
    const device = createDevice({
      ...{
        examineeId,
        name,
        agenda,
        chance,
        judge,
        flaw,
        isCheating,
        isAltering,
        aheadMs: chance.between(-3_600_000, 3_600_000),
      },
      ...{ askToEnter: hall.askToEnter, connect: hall.connect },
    });
    devices.push(device);
    return device;
  }

  /** Sent until its sender hears that it is stored, under one id. */
  function issue(order: Order): void {
    const controlId = `c${controls.length + 1}`;
    controls.push(controlId);
    const put = (then: (isStored: boolean) => void): void => {
      const control = controlOf(controlId, order, agenda.now());
      access.ask(
        api,
        () => store.controls.issue(control),
        ({ done }) => then(done),
      );
    };
    const ask = (): void =>
      put((isStored) => {
        if (!isStored) return api.after(300, ask);
        hall.hint();
        if (chance.happens(0.2)) api.after(200, () => put(() => hall.hint()));
      });
    ask();
  }

  for (const { examineeId } of people) drawPerson(chance, aim, examineeId, addDevice, hall, at);
  at(0, 'start', () => issue({ action: 'start', examineeIds: [], extraMs: 0 }));
  drawControls(chance, people, issue, hall, at);
  if (aim === 'sleep amid an end') drawSleepAmidEnd(chance, plan, issue, hall, at);
  drawFaults(chance, aim, plan, { wire, queue, access, hall, devices, at });
  at(HEALED_MS, 'all is healed', () => {
    Object.assign(wire, { lost: 0, doubled: 0, outOfTurn: 0, slow: 0 });
    Object.assign(queue, { refused: 0, lost: 0, twice: 0, ackLost: 0 });
    Object.assign(access.badness, { lostRequest: 0, lostReply: 0 });
  });
  at(HEALED_MS + ENDED_AFTER_MS, 'end, where time has not', () => {
    if (hall.room()?.facts.status !== 'ended') issue({ action: 'end', examineeIds: [], extraMs: 0 });
  });

  const isAtRest = (): boolean => isResting(hall, devices, store.controls.receipts().length === controls.length);
  let restedAt = 0;
  let lookedAt = 0;
  const events = agenda.run(START + MOST_MS, () => {
    const now = agenda.now();
    if (now < START + HEALED_MS || now - lookedAt < 500) return false;
    lookedAt = now;
    if (!isAtRest()) restedAt = 0;
    else if (restedAt === 0) restedAt = now;
    return restedAt !== 0 && now - restedAt > RESTING_MS;
  });
  judge.closes(devices, restedAt !== 0);
  return {
    seed,
    broken: [...judge.broken],
    events,
    acknowledged: judge.acknowledged(),
    savedByOldOwner: judge.savedByOldOwner(),
    simulatedMs: agenda.now() - START,
  };
}

function isResting(hall: Hall, devices: readonly Device[], areTaken: boolean): boolean {
  const room = hall.room();
  if (room === undefined || room.settledAt === 0 || !areTaken) return false;
  return devices.every((device) => device.isDrained() || room.seats.get(device.examineeId)?.status === 'removed');
}
