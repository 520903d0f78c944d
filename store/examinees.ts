// Examinees: who sits where, by which code, and the fence of the live session. Status changes by compare-and-set; the
// display fields are never a basis for a decision. Called by the api (enter), by rooms (status) and the states worker.
import mongoose from 'mongoose';
import { type Actor, identityFacts, movedFacts, rosterFacts } from '../exam/audit-facts.ts';
import { enteredFacts, importFacts, type Registering, takenFacts, type Writer } from '../exam/audit-writes.ts';
import { sourcesOf } from '../exam/transitions.ts';
import type { AdmissionDecision } from '../schema/admission.ts';
import type { Claim, ExamineeDocument, IdentityDecision } from '../schema/documents/room.ts';
import { LISTS } from '../schema/lists.ts';
import type { Carried, Move } from '../schema/moves.ts';
import { RefusalError, refuse } from '../schema/refusals.ts';
import { seatIn } from '../schema/seats.ts';
import { cursorAfter, orderOf } from '../schema/sorting.ts';
import { EXAMINEE_STATES, type ExamineeState, type LinkState } from '../schema/states.ts';
import { countingOf, fullPage } from './counting.ts';
import { isDuplicate, withFaults } from './fault.ts';
import { gathered, gatheredLists } from './gathering.ts';
import { carrying, createAll } from './insertion.ts';
import { given, type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf, type Page } from './page.ts';
import { keptOf, literal, seatCalls, seatsWith, turnedNow } from './seats.ts';

/** What an enter came to. `repeated`: this very entry had come before, and the fence is the one it got then. */
export type Entry = { examinee: ExamineeDocument; fence: number; repeated: boolean };

/** `fence`: of the session that comes back. `release`: what lets another device in; '' for none, and it stays unused. */
export type EntryGiven = { readonly fence?: number | undefined; readonly release?: string };

/** What of a roster is asked for; `labelFrom` is what a label begins with. */
export type RosterFilter = { readonly status?: ExamineeState | undefined; readonly labelFrom?: string | undefined };

export type DisplayRow = {
  examineeId: string;
  link: LinkState;
  savedCount: number;
  lastSeenAt: number;
  epoch: number;
  sequence: number;
};

/** An examinee as live data shows one: no name, no code. */
export type Standing = Pick<
  ExamineeDocument,
  '_id' | 'roomId' | 'status' | 'fence' | 'extraMs' | 'display' | 'importId'
>;

/** What of an examinee may be edited after the draft, and whose it is. */
export type RosterRow = Pick<
  ExamineeDocument,
  '_id' | 'planId' | 'roomId' | 'label' | 'extraMs' | 'editedAt' | 'seats'
>;
/** `seat`: '' for none; missing where it stays. */
export type RosterEdit = Pick<ExamineeDocument, 'label' | 'extraMs'> & {
  readonly editedAt: number;
  readonly seat?: string;
};
const ROSTER = { planId: 1, roomId: 1, label: 1, extraMs: 1, editedAt: 1, seats: 1 } as const;

/** The unique indexes that hold names, and what is refused where one is taken. */
const LABEL_INDEX = 'planId_1_label_1';
const SEAT_INDEX = 'seats.roomId_1_seats.seat_1';
const NAMES = { [LABEL_INDEX]: 'NAME_TAKEN', [SEAT_INDEX]: 'SEAT_TAKEN' } as const;

export type ExamineeStore = ReturnType<typeof examineeStore>;

const STANDINGS_A_PAGE = 1_000;
const STANDING = { roomId: 1, status: 1, fence: 1, extraMs: 1, display: 1, importId: 1 } as const;

const NOTHING_CARRIED: Carried = { leftMs: null, addedMs: 0, holds: [] };
const WITHOUT_CARRIED = { projection: { unchained: 0 } };
const BEFORE_ANSWERING = sourcesOf('examinee', 'answering', 'system');
const ANSWERING = { $set: { status: 'answering' as const } };
const BEFORE_ENTERING: ExamineeState[] = ['registered', 'absent'];

export function examineeStore(models: Models) {
  const { examinees, sheets, photos } = models;
  const counting = countingOf(models);
  const native = examinees.collection.conn.collection<ExamineeDocument>(examinees.collection.name);

  const byCode = gathered(async (codes: readonly string[]) => {
    const found = await counting(async (counts) =>
      (await native.find({ code: { $in: [...codes] } }, WITHOUT_CARRIED).toArray()).filter(counts),
    );
    const byItsCode = new Map(found.map((examinee) => [examinee.code, examinee]));
    return codes.map((code) => byItsCode.get(code) ?? null);
  });

  /** One atomic write that reads what it changes. */
  async function enter(
    examineeId: string,
    entryId: string,
    deviceKey: string,
    { fence, from, release = '' }: EntryGiven & { readonly from?: string } = {},
  ): Promise<Entry | null> {
    const { source: _, ...entered } = enteredFacts(examineeId, 0, Date.now());
    const next = { $toString: { $toInt: { $add: ['$fence', 1] } } };
    const own = { source: { $concat: [`entered.${examineeId}.`, next] }, data: { fence: { $add: ['$fence', 1] } } };
    const facts = { $mergeObjects: [{ $literal: entered }, own] };
    const carriedOn = { $ifNull: ['$unchained', '$$REMOVE'] };
    const repeats = { $and: [{ $gt: ['$fence', 0] }, { $eq: ['$entryId', { $literal: entryId }] }] };
    const follows = [
      ...(fence === undefined ? [] : [{ fence: { $lte: fence } }]),
      ...(from === undefined ? [] : [{ deviceKey: { $in: [from, deviceKey] } }]),
    ];
    const before = await native.findOneAndUpdate(
      follows.length === 0 ? { _id: examineeId } : { _id: examineeId, $or: [{ $and: follows }, { entryId }] },
      [
        {
          $set: {
            fence: { $cond: [repeats, '$fence', { $add: ['$fence', 1] }] },
            deviceKey: { $cond: [repeats, '$deviceKey', { $literal: deviceKey }] },
            entryId: { $literal: entryId },
            ...(release === '' ? {} : { usedRelease: { $literal: release } }),
            status: { $cond: [{ $in: ['$status', BEFORE_ENTERING] }, 'entered', '$status'] },
            unchained: { $cond: [repeats, carriedOn, { $concatArrays: [{ $ifNull: ['$unchained', []] }, [facts]] }] },
          },
        },
      ],
      { returnDocument: 'before', projection: { unchained: 0 } },
    );
    return before && entryAfter(before, entryId, deviceKey);
  }

  /** All at once where nobody of them has changed since being read; else those whose entry is not stored go alone. */
  const enterFound = gathered(async (entering: readonly Entering[]): Promise<(Entry | null)[]> => {
    const writes = entering.map(entryWrite);
    const { matchedCount } = await native.bulkWrite(writes, { ordered: false });
    const after = entering.map(({ found, entryId, deviceKey }) => entryAfter(found, entryId, deviceKey));
    if (matchedCount === writes.length) return after;
    const rows = await native.find({ _id: { $in: entering.map(({ found }) => found._id) } }, WITHOUT_CARRIED).toArray();
    const stored = new Map(rows.map((row) => [row._id, row]));
    return Promise.all(
      entering.map(async ({ found, entryId, deviceKey, given }, index) => {
        const [row, entry] = [stored.get(found._id), after[index]];
        const isStored = row?.entryId === entryId && row.fence === entry?.fence && row.status === entry.examinee.status;
        // By this write or by a repeat of the same entry: nobody can tell, so it counts as a repeat.
        return isStored && entry !== undefined
          ? { ...entry, repeated: true }
          : enter(found._id, entryId, deviceKey, { ...given, from: found.deviceKey ?? '' });
      }),
    );
  });

  const countsOf = (planId: string): Promise<{ _id: { status: ExamineeState; importId?: string }; count: number }[]> =>
    examinees
      .aggregate([
        { $match: { planId } },
        { $group: { _id: { status: '$status', importId: '$importId' }, count: { $sum: 1 } } },
      ])
      .exec();

  const standingsAfter = (planId: string, after: string | undefined, limit: number): Promise<Standing[]> =>
    native
      .find<Standing>({ planId, _id: { $gt: after ?? '' } })
      .project<Standing>(STANDING)
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();

  async function claim(examineeId: string, wanted: Claim): Promise<Claim | null> {
    for (;;) {
      const isFree = { $or: [{ claim: { $exists: false } }, { 'claim.proctorId': wanted.proctorId }] };
      const taken = await native.updateOne({ _id: examineeId, ...isFree }, { $set: { claim: wanted } });
      if (taken.matchedCount === 1) return wanted;
      const found = await native.findOne({ _id: examineeId }, { projection: { claim: 1 } });
      if (found === null) return null;
      if (found.claim !== undefined) return found.claim; // else it has fallen free in between
    }
  }

  return withFaults('examinees', {
    /** Inserts these, with a writer for the audit chain too. Throws RefusalError NAME_TAKEN where a label is taken in its plan, SEAT_TAKEN where a seat is in its room, and then inserts none. */
    create([first, ...others]: ExamineeDocument[], writer?: Writer): Promise<void> {
      if (first === undefined) return Promise.resolve();
      const { planId } = first;
      const rows = [first, ...others].map(({ _id, roomId }) => [_id, roomId] as const);
      const facts = writer && importFacts('roster.imported', planId, rows, writer.at, writer.actor);
      return createAll(examinees, [carrying(first, facts), ...others], NAMES);
    },

    /** Removes who never entered, with sheet and photo, the row last. False: edited since, or has entered. */
    async remove({ _id, editedAt }: RosterRow): Promise<boolean> {
      const found = { _id, fence: 0, editedAt: editedAt ?? { $exists: false } };
      if ((await native.findOne(found, { projection: { _id: 1 } })) === null) return false;
      await sheets.deleteOne({ _id, state: 'empty' }).exec();
      await photos.deleteOne({ _id }).exec();
      return (await native.deleteOne(found)).deletedCount === 1;
    },

    get: (examineeId: string): Promise<ExamineeDocument | null> =>
      counting(async (counts) => {
        const found = await examinees.findOne({ _id: examineeId }).lean<ExamineeDocument>().exec();
        return found !== null && counts(found) ? found : null;
      }),

    /** Asked at each enter, so without mongoose in between, and gathered. */
    byCode,

    byRoom: (roomId: string): Promise<ExamineeDocument[]> =>
      counting(async (counts) =>
        (await examinees.find({ roomId }).sort({ _id: 1 }).lean<ExamineeDocument[]>().exec()).filter(counts),
      ),

    /** Up to some who sit in the room, those of an import that is not committed with them: it may be so in a moment. */
    idsIn: async (roomId: string, limit: number): Promise<string[]> =>
      (
        await native
          .find({ roomId }, { projection: { _id: 1 } })
          .limit(limit)
          .toArray()
      ).map(({ _id }) => _id),

    /** Those of these ids that there are, in no order. */
    byIds: (examineeIds: readonly string[]): Promise<ExamineeDocument[]> =>
      counting(async (counts) => {
        const found = examinees.find({ _id: anyOf(examineeIds) }).lean<ExamineeDocument[]>();
        return (await found.exec()).filter(counts);
      }),

    /** In this state, and with labels that begin so, where that is asked for; not by seat, which is an order of one room. */
    byPlan: (planId: string, { status, labelFrom, ...page }: ListPage & RosterFilter): Promise<ExamineeDocument[]> => {
      const scope = { planId, ...given({ status }), ...beginning(labelFrom) };
      const { sorts } = LISTS.examinees;
      const keyOf = (row: ExamineeDocument) => cursorAfter(orderOf(sorts, page.sort), row);
      return counting((counts) =>
        fullPage(counts, page, keyOf, (after) => listed<ExamineeDocument>(examinees, scope, sorts, { ...page, after })),
      );
    },

    /** The same by their ids, of what live data shows alone; without mongoose in between, because it is read all the time. */
    standings: (planId: string, page: Page): Promise<Standing[]> =>
      counting((counts) =>
        fullPage<Standing>(counts, page, idOf, (after) => standingsAfter(planId, after, page.limit)),
      ),

    /** The same of the whole plan, all of an import or none of it. */
    allStandings: (planId: string): Promise<Standing[]> =>
      counting(async (counts) => {
        const all: Standing[] = [];
        for (let after: string | undefined; ; ) {
          const page = await standingsAfter(planId, after, STANDINGS_A_PAGE);
          all.push(...page.filter(counts));
          if (page.length < STANDINGS_A_PAGE) return all;
          after = page.at(-1)?._id;
        }
      }),

    /** How many of the plan are in each state; every state is named. */
    async countByStatus(planId: string): Promise<Record<ExamineeState, number>> {
      const sums = Object.fromEntries(EXAMINEE_STATES.map((state) => [state, 0])) as Record<ExamineeState, number>;
      const rows = await counting(async (counts) => (await countsOf(planId)).filter(({ _id }) => counts(_id)));
      for (const { _id, count } of rows) sums[_id.status] += count;
      return sums;
    },

    /**
     * A page load or process start enters: the same `entryId` as the last keeps its fence, another raises it. Registered
     * and absent become entered, others keep their status. One atomic write. Null: there is no such examinee.
     */
    enter,

    /**
     * The same for an examinee who has just been read, gathered with others: the write holds only where nothing has
     * changed since. What returns is as stored, also where the same device came in between. Null also means that a session
     * has followed: one later than `fence`, that of the session that comes back, or one of another device.
     */
    enterFound: (
      found: ExamineeDocument,
      entryId: string,
      deviceKey: string,
      given: EntryGiven = {},
    ): Promise<Entry | null> => enterFound({ found, entryId, deviceKey, given }),

    /**
     * An admin takes the session of who was found so, for the audit chain too; the device stays the person's own. Whoever
     * `enters` by it comes in, if that was not so before. Returns the new fence; null where something has changed since.
     */
    async takeSession(
      { _id, fence, entryId: last, status }: ExamineeDocument,
      entryId: string,
      enters: boolean,
      registering: Registering,
    ): Promise<number | null> {
      const next = fence + 1;
      const to = enters && BEFORE_ENTERING.includes(status) ? 'entered' : status;
      const $set = { fence: next, entryId, status: to, registered: { entryId, fence: next } };
      const update = { $set, $push: { unchained: takenFacts(_id, next, registering) } };
      const { matchedCount } = await native.updateOne(
        { _id, fence, entryId: last ?? null, status } as never,
        update as object,
      );
      return matchedCount === 1 ? next : null;
    },

    /** Those of these who may begin to answer do; of all rooms of a process together. */
    beginAnswering: gatheredLists((examineeIds: readonly string[]) =>
      native.updateMany({ _id: { $in: [...examineeIds] }, status: { $in: [...BEFORE_ANSWERING] } }, ANSWERING),
    ),

    /** Those of these examinees that are in one of `from` become `to`; returns how many. */
    async setStatus(
      examineeIds: readonly string[],
      from: readonly ExamineeState[],
      to: ExamineeState,
    ): Promise<number> {
      const result = await examinees
        .updateMany({ _id: anyOf(examineeIds), status: anyOf(from) }, { $set: { status: to } })
        .exec();
      return result.modifiedCount;
    },

    /**
     * Those of these that are in one of `from` become `to` by this control, once for each: done again, by whomever and
     * however late, it changes nothing.
     */
    async turn(
      examineeIds: readonly string[],
      controlId: string,
      from: readonly ExamineeState[],
      to: ExamineeState,
    ): Promise<void> {
      const status = { $cond: [{ $in: ['$status', from] }, to, '$status'] };
      const turnedBy = { $concatArrays: [{ $ifNull: ['$turnedBy', []] }, [{ $literal: controlId }]] };
      await native.updateMany({ _id: { $in: [...examineeIds] }, turnedBy: { $ne: controlId } }, [
        { $set: { status, turnedBy } },
      ]);
    },

    /**
     * These sit in the other room from now on, each in one write, with what goes along and its entry of the audit chain.
     * Once for each control: done again, by whomever and however late, it changes nothing. Returns who is there by this move.
     */
    async move(examineeIds: readonly string[], controlId: string, at: number, move: Move): Promise<string[]> {
      if (examineeIds.length === 0) return [];
      await native.bulkWrite(
        examineeIds.map((examineeId) => moving(examineeId, controlId, at, move)),
        { ordered: false },
      );
      const ids = { _id: { $in: [...examineeIds] } };
      const rows = await native.find(ids, { projection: { 'moved.controlId': 1 } }).toArray();
      return rows.filter(({ moved }) => moved?.controlId === controlId).map(({ _id }) => _id);
    },

    ...seatCalls(native),

    /** A proctor lets these in or keeps them out, once for each control. */
    async admit(examineeIds: readonly string[], controlId: string, admission: AdmissionDecision): Promise<void> {
      await native.updateMany(
        { _id: { $in: [...examineeIds] }, turnedBy: { $ne: controlId } },
        { $set: { admission }, $push: { turnedBy: controlId } },
      );
    },

    /** Stores a decision as the next version after its predecessor, for the audit chain too. Null: somebody has decided since, or nobody is there. */
    decideIdentity: (
      examineeId: string,
      identity: IdentityDecision,
      before?: IdentityDecision,
    ): Promise<ExamineeDocument | null> =>
      native.findOneAndUpdate(
        { _id: examineeId, 'identity.version': identity.version === 1 ? { $exists: false } : identity.version - 1 },
        { $set: { identity }, $push: { unchained: identityFacts(examineeId, identity, before) } } as object,
        { returnDocument: 'after', projection: { unchained: 0 } },
      ),

    /** The proctor takes the examinee, unless another has. Returns who has taken the examinee now; null: nobody is there. */
    claim,

    /**
     * Edits a row of the roster that was found so, for the audit chain too. Null: it was edited since, or nobody is there.
     * Throws RefusalError NAME_TAKEN where the label is taken in its plan, and SEAT_TAKEN where the seat is in its room.
     */
    async edit(found: RosterRow, to: RosterEdit, actor: Actor): Promise<RosterRow | null> {
      const { _id, editedAt } = found;
      const { seat = seatIn(found), ...set } = to;
      const another = seat === seatIn(found) ? undefined : seatsWith(found, seat);
      const missing = { $exists: false };
      // A seat that was promised meanwhile is not written over.
      const asRead = another === undefined ? {} : { seats: found.seats ?? missing };
      const filter = { _id, editedAt: editedAt ?? missing, ...asRead };
      const update = {
        ...(another === undefined ? { $set: set } : { $set: { ...set, seats: another }, $unset: { seated: '' } }),
        $push: { unchained: rosterFacts({ ...found, seat: seatIn(found) }, { ...set, seat }, actor) },
      };
      try {
        return await native.findOneAndUpdate(filter, update as object, { returnDocument: 'after', projection: ROSTER });
      } catch (error) {
        throw isDuplicate(error) ? new RefusalError(refuse(NAMES[duplicateOf(error)])) : error;
      }
    },

    /** The plan's rows that were edited since this instant. */
    editedSince: (planId: string, since: number): Promise<RosterRow[]> =>
      native.find({ planId, editedAt: { $gte: since } }, { projection: ROSTER }).toArray(),

    /** What this proctor has taken is free again. Returns who has taken the examinee now, undefined where nobody has. */
    async unclaim(examineeId: string, proctorId: string): Promise<Claim | undefined> {
      const filter = { _id: examineeId, 'claim.proctorId': proctorId };
      const freed = await native.updateOne(filter, { $unset: { claim: '' } });
      if (freed.matchedCount === 1) return undefined;
      return (await native.findOne({ _id: examineeId }, { projection: { claim: 1 } }))?.claim;
    },

    /** Stores what boards show; a row older than the stored one by (epoch, sequence) changes nothing. */
    async display(rows: readonly DisplayRow[]): Promise<void> {
      if (rows.length > 0) await native.bulkWrite(rows.map(displayWrite), { ordered: false });
    },
  });
}

const idOf = ({ _id }: { readonly _id: string }) => _id;

/** Labels that begin with `from` and follow `after`. */
function beginning(from = ''): object {
  return from === '' ? {} : { label: mongoose.trusted({ $gte: from, $lt: `${from}\u{10FFFF}` }) };
}

type Entering = {
  readonly found: ExamineeDocument;
  readonly entryId: string;
  readonly deviceKey: string;
  readonly given: EntryGiven;
};

/** Holds what the decision was made from, so that of two who enter at once only one finds it. */
function entryWrite({ found, entryId, deviceKey, given: { release = '' } }: Entering) {
  const { _id, fence, entryId: lastEntryId, status } = found;
  const after = entryAfter(found, entryId, deviceKey).examinee;
  const used = release === '' ? {} : { usedRelease: release };
  const $set = { fence: after.fence, entryId, deviceKey: after.deviceKey, status: after.status, ...used };
  const carried = after.fence === fence ? {} : { $push: { unchained: enteredFacts(_id, after.fence, Date.now()) } };
  return {
    updateOne: { filter: { _id, fence, entryId: lastEntryId, status }, update: { $set, ...carried } as object },
  };
}

/** What the write made of the document that it found. */
function entryAfter(before: ExamineeDocument, entryId: string, deviceKey: string): Entry {
  const repeated = before.fence > 0 && before.entryId === entryId;
  const fence = repeated ? before.fence : before.fence + 1;
  const status = BEFORE_ENTERING.includes(before.status) ? 'entered' : before.status;
  const examinee = { ...before, fence, status, entryId, deviceKey: repeated ? before.deviceKey : deviceKey };
  return { examinee, fence, repeated };
}

function duplicateOf(error: unknown): keyof typeof NAMES {
  return error instanceof Error && error.message.includes(SEAT_INDEX) ? SEAT_INDEX : LABEL_INDEX;
}

/** One atomic write, that reads what it changes. */
function moving(examineeId: string, controlId: string, at: number, move: Move) {
  const { fromRoomId, toRoomId, carried } = move;
  const count = { $add: [{ $ifNull: ['$moved.count', 0] }, 1] };
  const leftRoomIds = { $setUnion: [{ $ifNull: ['$moved.leftRoomIds', []] }, [literal(fromRoomId)]] };
  const said = { ...(carried[examineeId] ?? NOTHING_CARRIED), controlId, fromRoomId, at };
  return {
    updateOne: {
      filter: { _id: examineeId, roomId: fromRoomId, turnedBy: { $ne: controlId } },
      update: [
        {
          $set: {
            roomId: literal(toRoomId),
            moved: { $mergeObjects: [literal(said), { count, leftRoomIds }] },
            seats: keptOf(controlId),
            seated: '$$REMOVE',
            ...turnedNow(controlId, movedFacts(examineeId, controlId, move, at)),
          },
        },
      ],
    },
  };
}

function displayWrite({ examineeId, ...display }: DisplayRow) {
  const older = [
    { 'display.epoch': { $lt: display.epoch } },
    { 'display.epoch': display.epoch, 'display.sequence': { $lt: display.sequence } },
  ];
  return { updateOne: { filter: { _id: examineeId, $or: older }, update: { $set: { display } } } };
}
