// Incidents: what was noticed, joined by its cause, and what people made of it. Each change is a compare-and-set on what
// the decision was made from (exam/incident.ts), carries a new state into the audit chain, and is decided anew where somebody else was faster: two workers may have
// one report at once. Called by the incidents worker, by rooms and by the api.
import mongoose from 'mongoose';
import { incidentFacts } from '../exam/audit-facts.ts';
import { causeOf, decideHandling, decideReport, type HandlingWish, letGo, over } from '../exam/incident.ts';
import { type Counts, countsOf, sumOf } from '../exam/incident-counts.ts';
import type { CountedReportDocument } from '../schema/documents/record.ts';
import type { Incident, IncidentKind, IncidentReport, IncidentRules } from '../schema/incidents.ts';
import { LISTS } from '../schema/lists.ts';
import { isRefusal, type Refusal } from '../schema/refusals.ts';
import { INCIDENT_STATES, type IncidentState } from '../schema/states.ts';
import { isDuplicate, StoreFault, withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import { given, type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

/** How often a decision that somebody else was faster with is made anew. */
const TRIES = 100;
const OPEN_OF_ROOM = 500;
const CHANGED = 1_000;

/** What everybody but the next decision needs: without the ids of its reports. */
export type KnownIncident = Omit<Incident, 'reports'>;

/**
 * `raised`: it became an incident just now; `joined`: it was one; `noted`: not enough yet; `known`: counted before;
 * `reused`: its id is of an incident of another cause, and nothing was taken.
 */
export type Reported =
  | { readonly outcome: 'raised' | 'joined' | 'noted' | 'known'; readonly incident: Incident }
  | { readonly outcome: 'ignored' }
  | { readonly outcome: 'reused' };

export type IncidentFilter = {
  readonly states?: readonly IncidentState[];
  readonly roomIds?: readonly string[];
  readonly kind?: IncidentKind | undefined;
  readonly examineeId?: string | undefined;
};

/** What was noted below the threshold is shown to who asks for it by its name. */
const SHOWN = INCIDENT_STATES.filter((state) => state !== 'noted');

export type IncidentStore = ReturnType<typeof incidentStore>;

export function incidentStore({ incidents, countedReports }: Models) {
  const known = { reports: 0 } as const;

  async function create(incident: Incident): Promise<boolean> {
    try {
      const facts = incidentFacts(undefined, incident);
      await incidents.create((facts ? { ...incident, unchained: [facts] } : incident) as Incident);
      return true;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return false;
    }
  }

  /** Replaces what was decided from; false where it has changed since. */
  async function replace(from: Incident, next: Incident): Promise<boolean> {
    await keepApart(from, letGo(from, next));
    const { _id: _, ...set } = next;
    const { _id, version, joins, open } = from;
    const facts = incidentFacts(from, next);
    const update = { $set: set, ...(facts && { $push: { unchained: facts } }) };
    const { matchedCount } = await incidents.updateOne({ _id, version, joins, open }, update as object).exec();
    return matchedCount === 1;
  }

  /** First, so that after a crash in between an id is in two places, and never in none. */
  async function keepApart({ _id: incidentId, planId }: Incident, reportIds: readonly string[]): Promise<void> {
    const rows = reportIds.map((_id) => ({ _id, planId, incidentId }));
    if (rows.length > 0) await createAll(countedReports, rows);
  }

  /** The incident that this report counts in and no longer holds. */
  async function counting({ reportId }: IncidentReport): Promise<Incident | null> {
    const counted = await countedReports.findOne({ _id: reportId }).lean<CountedReportDocument>().exec();
    return counted && incidents.findOne({ _id: counted.incidentId }).lean<Incident>().exec();
  }

  /** Undefined where somebody else was faster. */
  async function tryReport(report: IncidentReport, rules: IncidentRules, now: number): Promise<Reported | undefined> {
    const open = await incidents
      .findOne({ open: causeOf(report) })
      .lean<Incident>()
      .exec();
    const verdict = decideReport(open === null ? [] : [open], report, rules, now);
    if (verdict.step === 'ignored') return { outcome: 'ignored' };
    if (verdict.step === 'known') return { outcome: 'known', incident: verdict.incident };
    // After the open one was read: what that let go of before is here, and what it lets go of later fails our write.
    const counted = await counting(report);
    if (counted !== null) return sameCause(counted, report);
    const { incident } = verdict;
    if (verdict.step === 'apart' && !(await replace(verdict.over, over(verdict.over)))) return undefined;
    const isStored = verdict.step === 'join' && open !== null ? await replace(open, incident) : await create(incident);
    if (isStored) return { outcome: outcomeOf(open, verdict.step, incident), incident };
    return incident._id === report.reportId ? ofId(report) : undefined;
  }

  /** What the id of a report names that could not be stored; undefined for nothing: somebody was faster with the cause. */
  async function ofId(report: IncidentReport): Promise<Reported | undefined> {
    const incident = await incidents.findOne({ _id: report.reportId }).lean<Incident>().exec();
    if (incident === null) return undefined;
    return sameCause(incident, report);
  }

  /** What a report is that this incident has counted. */
  function sameCause(incident: Incident, report: IncidentReport): Reported {
    return causeOf(incident) === causeOf(report) ? { outcome: 'known', incident } : { outcome: 'reused' };
  }

  return withFaults('incidents', {
    /** Takes a report, once for its id. What it says is stored when this resolves. */
    async report(report: IncidentReport, rules: IncidentRules, now: number): Promise<Reported> {
      for (let tries = 0; tries < TRIES; tries++) {
        const reported = await tryReport(report, rules, now);
        if (reported !== undefined) return reported;
      }
      throw new StoreFault('STORE_UNAVAILABLE', 'others keep changing this incident');
    },

    /** Handles it while its version is the one of the wish; INCIDENT_CHANGED or TRANSITION_REFUSED where not. Null: unknown. */
    async handle(incidentId: string, wish: HandlingWish, now: number): Promise<Incident | Refusal | null> {
      for (let tries = 0; tries < TRIES; tries++) {
        const before = await incidents.findOne({ _id: incidentId }).lean<Incident>().exec();
        if (before === null) return null;
        const decision = decideHandling(before, wish, now);
        if (isRefusal(decision) || decision === before || (await replace(before, decision))) return decision;
      }
      throw new StoreFault('STORE_UNAVAILABLE', 'others keep changing this incident');
    },

    get: (incidentId: string): Promise<KnownIncident | null> =>
      incidents.findOne({ _id: incidentId }).select(known).lean<KnownIncident>().exec(),

    byIds: (incidentIds: readonly string[]): Promise<KnownIncident[]> =>
      incidents
        .find({ _id: anyOf(incidentIds) })
        .select(known)
        .lean<KnownIncident[]>()
        .exec(),

    /** By the time of the first report, or by severity. What is only noted is left out unless asked for. */
    byPlan(
      planId: string,
      { states = SHOWN, roomIds, ...named }: IncidentFilter,
      page: ListPage,
    ): Promise<KnownIncident[]> {
      const rooms = roomIds === undefined ? {} : { roomId: anyOf(roomIds) };
      const scope = { planId, ...rooms, ...given(named), status: anyOf(states) };
      return listed(incidents, scope, LISTS.incidents.sorts, page, known);
    },

    /** Of this examinee, in whatever room, by the time of the first report. What is only noted is left out. */
    ofExaminee: (planId: string, examineeId: string): Promise<KnownIncident[]> =>
      incidents
        .find({ planId, examineeId, status: anyOf(SHOWN) })
        .sort({ at: 1, _id: 1 })
        .select(known)
        .lean<KnownIncident[]>()
        .exec(),

    /** What somebody has still to decide about in this room, the newest of it. */
    openOfRoom: (planId: string, roomId: string): Promise<KnownIncident[]> =>
      incidents
        .find({ planId, roomId, status: anyOf(['raised', 'acknowledged']) })
        .sort({ at: -1, _id: -1 })
        .limit(OPEN_OF_ROOM)
        .select(known)
        .lean<KnownIncident[]>()
        .exec(),

    /**
     * What is open of these is a matter of the other room from now on. Counts as a change, so that a decision made from what
     * was before is made anew.
     */
    async move(planId: string, examineeIds: readonly string[], fromRoomId: string, roomId: string): Promise<void> {
      if (examineeIds.length === 0) return;
      // `open` begins with the person's id, so that of a room with many incidents only theirs are read.
      const theirs = examineeIds.map((id) => ({ open: mongoose.trusted({ $gte: `${id}.`, $lt: `${id}/` }) }));
      const status = anyOf(['noted', 'raised', 'acknowledged']);
      await incidents
        .updateMany(
          { $or: theirs, planId, roomId: fromRoomId, status } as never,
          { $set: { roomId, updatedAt: Date.now() }, $inc: { joins: 1 } } as never,
        )
        .exec();
    },

    /** What has changed since this instant, in the order of the changes, as much as is read at once. */
    changedSince: (planId: string, since: number): Promise<KnownIncident[]> =>
      incidents
        .find({ planId, updatedAt: mongoose.trusted({ $gte: since }) })
        .sort({ updatedAt: 1 })
        .limit(CHANGED)
        .select(known)
        .lean<KnownIncident[]>()
        .exec(),

    /** The sums over a plan, exact: counted from its incidents as they are stored. */
    async counts(planId: string): Promise<Counts> {
      const rows = incidents
        .find({ planId, status: anyOf(SHOWN) })
        .select({ kind: 1, severity: 1, roomId: 1, status: 1, count: 1, raisedAt: 1, acknowledgedAt: 1, decidedAt: 1 })
        .lean<Incident[]>()
        .cursor();
      const counts: Counts[] = [];
      for await (const row of rows) counts.push(countsOf(row as unknown as Incident));
      return sumOf(counts);
    },
  });
}

function outcomeOf(before: Incident | null, step: 'create' | 'join' | 'apart', after: Incident) {
  if (after.status === 'noted') return 'noted';
  return step !== 'join' || before?.status === 'noted' ? 'raised' : 'joined';
}
