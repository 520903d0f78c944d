// The judge of a schedule: hears what devices were told and what rooms did, looks into the store, and names every promise
// that was broken. It knows the promises, not how the rooms keep them. Called by
// devices, rooms and the schedule.

import type { AnswerEvent } from '../../client/events.ts';
import { hasRunOut } from '../../exam/clock.ts';
import { FINAL_STATES } from '../../exam/exam-room.ts';
import type { Grace } from '../../exam/grace.ts';
import { fenceOf } from '../../exam/revision.ts';
import type { ControlDocument } from '../../schema/documents/control.ts';
import type { ItemRevision, Tally } from '../../schema/messages.ts';
import { type Applied, countedMs } from './counted-clock.ts';
import type { Device } from './device.ts';
import type { Down } from './messages.ts';
import { type Enrolled, isFinal, type Plan, type Room, type Seat } from './room.ts';
import { type SimulatedStore, START } from './store.ts';

/** What is off by this much in ms is a clock's error, or the way of a message. */
export const CLOCK_ERROR_MS = 150;
const COUNT_ERROR_MS = 2 * CLOCK_ERROR_MS + 50;
/** Between the reading of a vector and its storing. */
const READ_TO_END_MS = 60;
/** Who sits in the room for so long has heard of all controls, and that is stored. */
const DELIVERED_WITHIN_MS = 3_400;

type Written = {
  readonly device: string;
  readonly examineeId: string;
  readonly item: number;
  readonly at: number;
  readonly order: number;
};
type Known = { grace: Grace | undefined; epoch: number; named: ReadonlySet<number> };

export type Judge = ReturnType<typeof createJudge>;

export function createJudge(
  plan: Plan,
  people: readonly Enrolled[],
  store: SimulatedStore,
  trueNow: () => number,
  history?: string[],
) {
  const broken = new Set<string>();
  const written = new Map<number, Written>();
  const responseOf = new Map<string, number>();
  /** Device and item → the response that it wrote last. */
  const lastWritten = new Map<string, number>();
  const finallyRefused = new Set<number>();
  const saved: {
    readonly examineeId: string;
    readonly item: number;
    readonly revision: number;
    readonly response: number | undefined;
    readonly at: number;
  }[] = [];
  const tallies = new Map<string, ReadonlySet<number>>();
  const around = new Map<string, Known>();
  const joined = new Map<string, number>();
  const applications = new Set<string>();
  /** What a submit named and what does not count. */
  const uncounted: { readonly response: number; readonly key: string }[] = [];
  const altering = new Set<string>();
  const excused = new Set<string>();
  /** Told saved by a room that another had followed and that did not know it yet: stored, but it may count no more. */
  const byOldOwner = new Set<string>();
  let savedByOldOwner = 0;
  const told = new Set<string>();
  const confirming = new Set<string>();
  const byPerson = new Map(people.map((person) => [person.examineeId, person]));
  let responses = 0;
  let order = 0;

  const breaks = (promise: string): void => void broken.add(promise);
  const isOwner = (room: Room): boolean => !room.isLost && room.epoch === store.rooms.epoch();
  const knownOf = (examineeId: string): Known => {
    const known = around.get(examineeId) ?? { grace: undefined, epoch: 0, named: new Set<number>() };
    around.set(examineeId, known);
    return known;
  };

  function appliedOf(room: Room): Applied[] {
    return [...room.applied].flatMap((controlId) => {
      if (excused.has(controlId)) return [];
      const receipt = store.judged.receipts.get(`${controlId}.room`);
      const control = store.judged.controls.find(({ _id }) => _id === controlId);
      return receipt === undefined || control === undefined ? [] : [{ control, receipt }];
    });
  }

  /** What remains is what is counted, for everybody whose clock matters. */
  function seesTime(room: Room): void {
    if (!isOwner(room) || room.facts.endsAt !== 0 || room.facts.startsAt === 0) return;
    const applied = appliedOf(room);
    const now = Math.max(room.host.process.now(), ...applied.map(({ receipt }) => receipt.at));
    for (const seat of room.seats.values()) {
      const person = byPerson.get(seat.examineeId);
      if (person === undefined || isFinal(seat) || seat.ending.step !== 'none') continue;
      const counted = countedMs(plan, person, applied, now);
      const { deadlineAt, heldSince } = seat.window;
      const left = Math.max(0, deadlineAt - (heldSince === 0 ? now : heldSince));
      if (counted !== undefined && Math.abs(counted - left) > 1) breaks('time: what remains is not what was counted');
    }
  }

  return {
    broken,
    seesTime,
    /** For who reads the history of a schedule. */
    note(who: string, does: string, what: unknown): void {
      history?.push(`${trueNow() - START} ${who} ${does} ${JSON.stringify(what)}`);
    },

    /** How many times somebody was told that an answer is saved. */
    acknowledged: () => saved.length,
    savedByOldOwner: () => savedByOldOwner,
    newResponse: () => ++responses,

    writes(device: string, examineeId: string, item: number, revision: number, response: number, isNew: boolean): void {
      responseOf.set(`${device} ${revision}`, response);
      if (!isNew) return;
      written.set(response, { device, examineeId, item, at: trueNow(), order: ++order });
      lastWritten.set(`${device} ${item}`, response);
    },

    /** What the outbox of a device made of an answer. */
    hearsFate(device: string, { revision, state }: AnswerEvent): void {
      if (state === 'refused') finallyRefused.add(responseOf.get(`${device} ${revision}`) ?? 0);
    },

    hearsSaved(device: string, examineeId: string, item: number, revision: number): void {
      saved.push({ examineeId, item, revision, response: responseOf.get(`${device} ${revision}`), at: trueNow() });
    },

    /** A room is about to say so. */
    saysSaved(room: Room, { examineeId }: Seat, item: number, revision: number, hash: string): void {
      if (!isOwner(room)) byOldOwner.add(`${examineeId} ${item} ${revision}`);
      const stored = store.answers.get(examineeId, item, revision);
      if (stored === undefined) breaks('saved: told before the store had it');
      else if (hash !== '' && stored.hash !== hash) breaks('saved: told of another content');
    },

    foreign(_examineeId: string, _message: Down): void {
      breaks('foreign: somebody was told of another one');
    },

    saysTally(hash: string, unsaved: readonly { readonly revision: number }[]): void {
      tallies.set(hash, new Set(unsaved.map(({ revision }) => revision)));
    },

    hearsTally(room: Room, { examineeId }: Seat, { count, hash }: Tally): void {
      if (isOwner(room))
        Object.assign(knownOf(examineeId), {
          named: count === 0 ? new Set() : (tallies.get(hash) ?? new Set()),
          epoch: room.epoch,
        });
    },

    joins(room: Room, examineeId: string, fence: number): void {
      joined.set(`${room.epoch} ${examineeId}`, fence);
    },

    takes(room: Room, { examineeId }: Seat, { revision }: { readonly revision: number }): void {
      if (fenceOf(revision) < (joined.get(`${room.epoch} ${examineeId}`) ?? 0))
        breaks('fence: an older session went on');
    },

    refuses(room: Room, { examineeId, window }: Seat, revision: number, code: string, now: number): void {
      const { named, epoch, grace } = knownOf(examineeId);
      if (
        code !== 'ANSWER_LATE' ||
        altering.has(examineeId) ||
        !isOwner(room) ||
        epoch !== room.epoch ||
        !named.has(revision)
      )
        return;
      const until = grace?.until ?? 0;
      if (hasRunOut(window, now) && now < until) breaks('grace: what waited when time ran out was refused');
    },

    /** This person's device sends other contents under revisions that it has used. */
    alters: (examineeId: string): void => void altering.add(examineeId),

    conflicts({ examineeId }: Seat): void {
      if (!altering.has(examineeId)) breaks('conflict: an honest device wrote two things under one revision');
    },

    /** Somebody's time is over, as this room sees it. */
    seesEnd(room: Room, { examineeId, status }: Seat, grace: Grace): void {
      if (!isOwner(room)) return;
      Object.assign(knownOf(examineeId), { grace });
      for (const [controlId, at] of grace.isSudden ? [] : store.judged.issuedAt)
        if (at < grace.from - COUNT_ERROR_MS && !room.applied.has(controlId)) {
          breaks('control: one that was stored before an end came after it');
        }
      const person = byPerson.get(examineeId);
      if (person === undefined || status === 'registered' || grace.isSudden || room.facts.startsAt === 0) return;
      const counted = countedMs(plan, person, appliedOf(room), trueNow());
      if (counted !== undefined && counted > COUNT_ERROR_MS) breaks('time: somebody was ended early');
    },

    applies(room: Room, { _id }: ControlDocument): void {
      const application = `${room.epoch} ${_id}`;
      if (applications.has(application)) breaks('control: applied twice');
      applications.add(application);
      this.note(`room ${room.epoch}`, 'applies', _id);
    },

    /** A receipt says applied, and its people have changed before the room could: the room says so in its log. */
    loses: (controlId: string): void => void excused.add(controlId),

    /** A control was applied: the room goes by what it has stored. */
    seesStored(room: Room): void {
      if (!isOwner(room)) return;
      const stored = store.rooms.get();
      const isSame =
        JSON.stringify([stored.holds, stored.adjustments]) ===
        JSON.stringify([room.facts.holds, room.facts.adjustments]);
      if (!isSame) breaks('store: a room goes by other facts than it has stored');
    },

    /** This person's time is not over any more, or not by the grace. */
    goesOn({ examineeId }: Seat): void {
      Object.assign(knownOf(examineeId), { grace: undefined, named: new Set() });
    },

    seesShown(shownAt: number, roundTripMs: number): void {
      if (Math.abs(shownAt - trueNow()) > roundTripMs / 2 + CLOCK_ERROR_MS + 5)
        breaks('time: a device shows another time');
    },

    hearsEnd(
      device: string,
      examineeId: string,
      type: Down['type'],
      vector: readonly ItemRevision[],
      named: readonly ItemRevision[],
    ): void {
      const ends = store.judged.ends.filter((end) => end.examineeId === examineeId);
      if (!ends.some((end) => sameVector(end.vector, vector))) breaks('sheet: an end was told that is not stored');
      if (type !== 'sheet.submitted' || ends.at(-1)?.isByControl === true) return;
      const counts = new Map(vector);
      for (const [item, revision] of named)
        if ((counts.get(item) ?? 0) < revision && !altering.has(examineeId))
          uncounted.push({
            response: responseOf.get(`${device} ${revision}`) ?? 0,
            key: `${examineeId} ${item} ${revision}`,
          });
    },

    hearsTold: (examineeId: string, controlId: string): void => void told.add(`${controlId} ${examineeId}`),
    confirms: (examineeId: string, controlId: string): void => void confirming.add(`${controlId} ${examineeId}`),
    hearsConfirmed(examineeId: string, controlId: string): void {
      const entry = store.judged.receipts.get(`${controlId}.room`)?.ledger[examineeId];
      if ((entry?.confirmedAt ?? 0) === 0) breaks('ledger: a confirmation was told that is not stored');
    },

    /** After all was healed and everything had time to come to rest. */
    closes(devices: readonly Device[], isAtRest: boolean): void {
      if (!isAtRest) breaks('rest: something never came to its end');
      if (store.judged.staleWrites.length > 0) breaks('epoch: an old owner wrote');
      for (const one of saved) checkSaved(one);
      // What a proctor's submit was faster than is refused, or lies on a device that another has followed.
      const kept = new Set(
        devices.flatMap((device) => device.storage.stored().entries.map(({ response }) => Number(response))),
      );
      if (
        uncounted.some(
          ({ response, key }) => !finallyRefused.has(response) && !kept.has(response) && !byOldOwner.has(key),
        )
      )
        breaks('submit: what was named does not count');
      for (const { examineeId } of people) {
        checkSheet(examineeId);
        if (isAtRest) checkEnded(examineeId);
      }
      for (const device of devices) checkDevice(device);
      checkLedgers(devices, isAtRest);
    },
  };

  function checkSaved({ examineeId, item, revision, response }: (typeof saved)[number]): void {
    const stored = store.answers.get(examineeId, item, revision);
    if (byOldOwner.has(`${examineeId} ${item} ${revision}`)) savedByOldOwner++;
    if (stored === undefined) breaks('saved: lost');
    else if (!altering.has(examineeId) && response !== undefined && stored.response !== response)
      breaks('saved: altered');
  }

  /** What counts is stored, is this person's, is the newest, and came in time. */
  function checkSheet(examineeId: string): void {
    const { grace } = knownOf(examineeId);
    for (const end of store.judged.ends) {
      if (end.examineeId !== examineeId) continue;
      const counts = new Map(end.vector);
      for (const [item, revision] of end.vector) {
        const stored = store.answers.get(examineeId, item, revision);
        if (stored === undefined) breaks('sheet: what counts is not stored');
        else if (written.get(stored.response)?.examineeId !== examineeId)
          breaks("foreign: another one's answer counts");
      }
      for (const one of saved)
        if (
          one.examineeId === examineeId &&
          !byOldOwner.has(`${examineeId} ${one.item} ${one.revision}`) &&
          one.at < end.trueAt - READ_TO_END_MS &&
          (counts.get(one.item) ?? 0) < one.revision
        )
          breaks('sheet: what was saved does not count');
      for (const { item, revision, storedAt } of store.judged.revisionsOf(examineeId))
        if (storedAt < end.trueAt - READ_TO_END_MS && (counts.get(item) ?? 0) < revision)
          breaks('sheet: the newest does not count');
    }
    const last = store.judged.ends.findLast((end) => end.examineeId === examineeId);
    if (last !== undefined && last.to === 'timed-out' && grace !== undefined)
      checkInTime(examineeId, last.vector, grace);
  }

  /** Who came has a sheet that has ended, and nobody else. */
  function checkEnded(examineeId: string): void {
    const status = store.examinees.get(examineeId)?.status ?? 'registered';
    const hasVector = store.sheets.get(examineeId)?.vector !== null;
    if (hasVector === (status === 'absent') || !FINAL_STATES.includes(status)) breaks('sheet: somebody has no end');
  }

  function checkInTime(examineeId: string, vector: readonly ItemRevision[], { from, until, isSudden }: Grace): void {
    for (const [item, revision] of vector) {
      const stored = store.answers.get(examineeId, item, revision);
      const by = stored && written.get(stored.response);
      if (stored === undefined || by === undefined || stored.at < from) continue;
      if (stored.at >= until + COUNT_ERROR_MS) breaks('grace: taken after its end');
      if (!stored.late && !isSudden && by.at > from + COUNT_ERROR_MS) breaks('grace: taken though it did not wait');
    }
  }

  /** The last thing that was written for an item is stored, or kept, or was refused for good. */
  function checkDevice({ examineeId, name, storage }: Device): void {
    if (altering.has(examineeId)) return;
    const kept = new Set(storage.stored().entries.map(({ response }) => Number(response)));
    const stored = new Set(store.judged.revisionsOf(examineeId).map(({ response }) => response));
    for (const response of lastWritten.values()) {
      const by = written.get(response);
      if (by === undefined || by.examineeId !== examineeId || by.device !== name) continue;
      if (!kept.has(response) && !stored.has(response) && !finallyRefused.has(response))
        breaks('device: an answer was forgotten');
    }
  }

  function isCarriedOut(controlId: string, examineeId: string): boolean {
    const control = store.judged.controls.find(({ _id }) => _id === controlId);
    if (control === undefined || !TURNING.includes(control.action) || excused.has(controlId)) return true;
    const hasEnded = store.judged.ends.some((end) => end.examineeId === examineeId);
    if (control.action === 'submit' && hasEnded) return true; // the person may have been faster
    return [store.examinees.get(examineeId), store.sheets.get(examineeId)].some(
      (one) => one?.turnedBy.has(controlId) === true,
    );
  }

  function checkLedgers(devices: readonly Device[], isAtRest: boolean): void {
    const applied = new Set(store.rooms.get().applied);
    for (const { controlId, state, ledger } of store.judged.receipts.values()) {
      if (!applied.has(controlId)) breaks('control: a receipt without its change');
      if (state !== 'applied') continue;
      for (const [examineeId, { deliveredAt, confirmedAt }] of Object.entries(ledger)) {
        const key = `${controlId} ${examineeId}`;
        if (!isCarriedOut(controlId, examineeId)) breaks('control: what it began about people was not done');
        if (deliveredAt !== 0 && !told.has(key)) breaks('ledger: says delivered what was not');
        if (confirmedAt !== 0 && !confirming.has(key)) breaks('ledger: says confirmed what was not');
        const isThere = devices.some(
          (device) => device.examineeId === examineeId && trueNow() - device.seatedSince() > DELIVERED_WITHIN_MS,
        );
        if (isAtRest && isThere && deliveredAt === 0) breaks('ledger: a control never came');
      }
    }
  }
}

/** What these do to people is written to them, each once by the control's id. */
const TURNING: readonly string[] = ['remove', 'readmit', 'submit'];

function sameVector(one: readonly ItemRevision[], other: readonly ItemRevision[]): boolean {
  return (
    one.length === other.length &&
    one.every(([item, revision], index) => other[index]?.[0] === item && other[index]?.[1] === revision)
  );
}
