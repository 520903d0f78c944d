// What people and their programmes do to themselves: frames that come twice, late or altered, a reload, a second tab,
// another device, and a proctor who is lost in the middle of a control. Called by faults/all.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Meddling } from '../meddling.ts';
import type { Person } from '../people.ts';
import type { Inject, Stage } from './fault.ts';

const COMING_LIMIT_MS = 15_000;
const AGAIN_MS = 1_000;
/** The programme of before is told that it is over, by its room or when it enters again. */
const TOLD_LIMIT_MS = 3_000;
const EXTRA_MS = 60_000;

export const duplicates: Inject = meddle('duplicates');
export const oldFrames: Inject = meddle('old frames');
export const alteredFrames: Inject = meddle('altered frames');

/** Everybody of the network. */
function meddle(how: Meddling): Inject {
  return async ({ exam }, { target }) => {
    const people = exam.people.filter(({ seat }) => seat.networkName === target);
    const count = () => people.reduce((sum, { meddler }) => sum + meddler.count(), 0);
    const before = count();
    for (const { meddler } of people) meddler.become(how);
    return async () => {
      for (const { meddler } of people) meddler.become('none');
      return count() - before;
    };
  };
}

export const reload: Inject = async (stage, { target }) => comes(stage, target, 'reload');
export const twoTabs: Inject = async (stage, { target }) => comes(stage, target, 'tab');

/** The proctor lets the other device in; again and again, because the first word may be lost. */
export const deviceChange: Inject = async (stage, { target }) => {
  const person = personAt(stage, target);
  const proctor = stage.exam.proctors.find(({ roomId }) => roomId === person?.seat.roomId);
  const heal = await comes(stage, target, 'device');
  let isIn = false;
  const releasing = (async () => {
    while (!isIn && person !== undefined) {
      await proctor?.issue({ action: 'release', examineeIds: [person.seat.examineeId] });
      await sleep(AGAIN_MS);
    }
  })();
  return async () => {
    const bites = await heal();
    isIn = true;
    await releasing;
    return bites;
  };
};

/** Comes again; bites where the programme of before was told so, or has gone. */
async function comes(stage: Stage, target: string, how: 'reload' | 'tab' | 'device') {
  const person = personAt(stage, target);
  if (person === undefined || person.isSubmitting() || person.isComing()) return async () => 0;
  const before = person.session();
  const coming = person.comeAgain(how).then(
    () => 1,
    () => 0, // refused for good, because the person has submitted
  );
  return async () => {
    const bites = await Promise.race([coming, sleep(COMING_LIMIT_MS, 0, { ref: false })]);
    if (bites === 0 || how === 'reload') return bites;
    for (let waitedMs = 0; before.link() !== 'fenced' && waitedMs < TOLD_LIMIT_MS; waitedMs += 20) await sleep(20);
    return before.link() === 'fenced' ? 1 : 0;
  };
}

function personAt({ exam }: Stage, target: string): Person | undefined {
  return exam.people[Number(target.replace('person-', '')) - 1];
}

/** The network is gone right after the control went, before its proctor has heard anything. */
export const proctorLost: Inject = async ({ exam }, { target, size }) => {
  const proctor = exam.proctors[Number(target.replace('proctor-', '')) - 1];
  const examineeId = proctor?.someone();
  if (proctor === undefined || examineeId === undefined) return async () => 0;
  const { network } = proctor;
  const issued = proctor.issue({ action: 'extend', extraMs: EXTRA_MS, examineeIds: [examineeId] });
  await sleep(size);
  const isWaiting = proctor.watch.waiting().length > 0;
  network.spoil('both', { hole: true });
  return async () => {
    network.cut();
    network.pass();
    await issued;
    return isWaiting ? 1 : 0;
  };
};
