// What becomes of a report: it joins the open incident of its cause, makes a new one, or is only noted until there are
// enough of its kind. And what becomes of an incident that a person handles. Pure: no clock, no random, no I/O. Called by
// the store, which repeats a decision that somebody else was faster with, and by the tests.
import type {
  Evidence,
  Handling,
  Incident,
  IncidentKind,
  IncidentReport,
  IncidentRules,
  MachineKind,
  Threshold,
} from '../schema/incidents.ts';
import { MACHINE_KINDS } from '../schema/incidents.ts';
import { LIMITS } from '../schema/limits.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { IncidentState } from '../schema/states.ts';
import { transit } from './transitions.ts';

/** `known`: counted before. `ignored`: the plan does not want it, or it is too old to count. `apart`: the open one is over. */
export type ReportVerdict =
  | { readonly step: 'known'; readonly incident: Incident }
  | { readonly step: 'ignored' }
  | { readonly step: 'create' | 'join'; readonly incident: Incident }
  | { readonly step: 'apart'; readonly over: Incident; readonly incident: Incident };

const FIRST_PIECES = 5;

/** What one cause is: the same person, or the room where nobody is named, and the same kind. */
export function causeOf({ roomId, examineeId, kind }: Pick<Incident, 'roomId' | 'examineeId' | 'kind'>): string {
  return `${examineeId === '' ? roomId : examineeId}.${kind}:`;
}

/** The place in `open` of an incident that takes no more reports. */
function closedCause(incident: Incident): string {
  return `${causeOf(incident)}${incident._id}`;
}

/** Whether a report may still join it. */
export function isOpen(incident: Pick<Incident, 'status'>): boolean {
  return incident.status === 'noted' || incident.status === 'raised' || incident.status === 'acknowledged';
}

/** An incident that takes no more reports: another one may begin for its cause. Nobody has handled it by that. */
export function over(incident: Incident): Incident {
  return { ...incident, open: closedCause(incident), reports: [] };
}

/**
 * The counted reports whose ids the incident no longer holds. They are kept apart before it is changed, so that one that
 * comes again is known for ever. What was too old while it was only noted was never counted.
 */
export function letGo(before: Incident, after: Pick<Incident, 'reports'>): string[] {
  if (before.status === 'noted') return [];
  const kept = new Set(after.reports.map(({ id }) => id));
  return before.reports.map(({ id }) => id).filter((id) => !kept.has(id));
}

/**
 * `ofCause`: the incidents of the report's cause that may know it; one whose id was let go is the store's to know. `now` in
 * epoch ms of the server's clock.
 */
export function decideReport(
  ofCause: readonly Incident[],
  report: IncidentReport,
  rules: IncidentRules,
  now: number,
): ReportVerdict {
  const known = ofCause.find(({ _id, reports }) => _id === report.reportId || hasReport(reports, report.reportId));
  if (known !== undefined) return { step: 'known', incident: known };
  const threshold = thresholdOf(report, rules);
  if (threshold === 'off') return { step: 'ignored' };
  const open = ofCause.find((incident) => incident.open === causeOf(incident));
  if (open === undefined) return { step: 'create', incident: begun(report, threshold, now) };
  if (open.status === 'noted') return noteAgain(open, report, threshold, now);
  if (report.at - open.lastAt > rules.joinMs)
    return { step: 'apart', over: open, incident: begun(report, threshold, now) };
  return { step: 'join', incident: joined(open, report, threshold, now) };
}

function hasReport(reports: Incident['reports'], reportId: string): boolean {
  return reports.some(({ id }) => id === reportId);
}

/** What people and services report is an incident at once, of the severity that they give. */
function thresholdOf({ kind, severity }: IncidentReport, rules: IncidentRules): Threshold | 'off' {
  return isMachineKind(kind) ? rules.kinds[kind] : { from: 1, withinMs: 1_000, severity };
}

function isMachineKind(kind: IncidentKind): kind is MachineKind {
  return MACHINE_KINDS.some((one) => one === kind);
}

function begun(report: IncidentReport, threshold: Threshold, now: number): Incident {
  const { reportId, planId, roomId, examineeId, kind, source, at, count } = report;
  const noted: Incident = {
    _id: reportId,
    ...{ planId, roomId, examineeId, kind, source, at, count },
    severity: threshold.severity,
    status: 'noted',
    lastAt: at,
    evidence: [evidenceOf(report)],
    handling: [],
    ...{ raisedAt: 0, acknowledgedAt: 0, decidedAt: 0, updatedAt: 0, version: 0, joins: 0 },
    open: causeOf(report),
    reports: [{ id: reportId, at, count }],
  };
  return raisedIfEnough(noted, threshold, now);
}

function raisedIfEnough(incident: Incident, { from }: Threshold, now: number): Incident {
  return incident.count < from
    ? incident
    : { ...incident, status: 'raised', raisedAt: now, updatedAt: now, version: 1 };
}

/** Of what is only noted, nothing is kept that can no longer be among enough within the window. */
function noteAgain(noted: Incident, report: IncidentReport, threshold: Threshold, now: number): ReportVerdict {
  const newest = Math.max(noted.lastAt, report.at);
  const isRecent = ({ at }: { readonly at: number }) => at > newest - threshold.withinMs;
  if (!isRecent(report)) return { step: 'ignored' };
  const together = withReport(noted, report);
  const reports = together.reports.filter(isRecent);
  const incident: Incident = {
    ...together,
    reports,
    at: Math.min(...reports.map(({ at }) => at)),
    count: reports.reduce((sum, { count }) => sum + count, 0),
    evidence: together.evidence.filter(isRecent),
    severity: threshold.severity,
  };
  return { step: 'join', incident: raisedIfEnough(incident, threshold, now) };
}

function joined(open: Incident, report: IncidentReport, threshold: Threshold, now: number): Incident {
  const severity = Math.max(open.severity, threshold.severity);
  return { ...withReport(open, report), severity, updatedAt: now };
}

function withReport(incident: Incident, report: IncidentReport): Incident {
  const { reportId: id, at, count } = report;
  return {
    ...incident,
    at: Math.min(incident.at, at),
    lastAt: Math.max(incident.lastAt, at),
    count: incident.count + count,
    joins: incident.joins + 1,
    evidence: bounded([...incident.evidence, evidenceOf(report)]),
    reports: [...incident.reports, { id, at, count }].slice(-LIMITS.knownReports),
  };
}

function evidenceOf({ at, count, source, actorId, note, data }: IncidentReport): Evidence {
  return { at, count, source, actorId, note, data };
}

/** How it began, and how it went on last. */
function bounded(evidence: readonly Evidence[]): readonly Evidence[] {
  if (evidence.length <= LIMITS.evidencePieces) return evidence;
  return [...evidence.slice(0, FIRST_PIECES), ...evidence.slice(FIRST_PIECES - LIMITS.evidencePieces)];
}

/** What a person makes of an incident. `version` is the one that the person saw. */
export type HandlingWish = Omit<Handling, 'at'> & { readonly version: number };

/** The handled incident, itself where the same was done before, or INCIDENT_CHANGED or TRANSITION_REFUSED. */
export function decideHandling(incident: Incident, wish: HandlingWish, now: number): Incident | Refusal {
  if (incident.version !== wish.version) return wasDone(incident, wish) ? incident : changed(incident);
  const to = transit('incident', incident.status, wish.to);
  if (isRefusal(to)) return to;
  const { version, ...step } = wish;
  const handled: Incident = {
    ...incident,
    status: to,
    handling: [...incident.handling, { ...step, at: now }],
    acknowledgedAt: to === 'acknowledged' ? now : incident.acknowledgedAt,
    decidedAt: isFinal(to) ? now : incident.decidedAt,
    updatedAt: now,
    version: version + 1,
  };
  return isFinal(to) ? over(handled) : handled;
}

function isFinal(status: IncidentState): boolean {
  return status === 'unfounded' || status === 'confirmed';
}

/** A message that is sent again because its answer was lost. */
function wasDone(incident: Incident, { version, to, actorId }: HandlingWish): boolean {
  const last = incident.handling.at(-1);
  return incident.version === version + 1 && last?.to === to && last.actorId === actorId;
}

function changed({ status, version }: Incident): Refusal {
  return refuse('INCIDENT_CHANGED', `It is ${status} now, version ${version}.`);
}
