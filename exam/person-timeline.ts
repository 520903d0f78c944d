// What has happened to one examinee, put together from what is stored: the log, saved answers, incidents, controls with
// their delivery, calls and the identity. Pure: decides nothing. Must never take up the content of an answer, nor anything of
// another examinee. Called by the api.

import type { Call } from '../schema/calls.ts';
import type { ControlDocument, Delivery } from '../schema/documents/control.ts';
import type { LogDocument } from '../schema/documents/record.ts';
import type { IdentityDecision } from '../schema/documents/room.ts';
import type { Incident } from '../schema/incidents.ts';
import type { TimelineEntry, Who } from '../schema/person-timeline.ts';
import type { Role } from '../schema/states.ts';
import { inTime } from './in-time.ts';

const MINUTE_MS = 60_000;

/** A saved revision without its content; `at` epoch ms. */
export type SavedRevision = { readonly item: number; readonly at: number; readonly late: boolean };

/** An applied control that concerns this examinee. */
export type ToldControl = {
  readonly control: ControlDocument;
  readonly appliedAt: number;
  readonly delivery: Delivery;
};

export type PersonFacts = {
  /** Entries whose subject this examinee is, or that are about this one. */
  readonly logs: readonly LogDocument[];
  readonly answers: readonly SavedRevision[];
  readonly incidents: readonly Omit<Incident, 'reports'>[];
  readonly controls: readonly ToldControl[];
  readonly calls: readonly Call[];
  readonly identity: IdentityDecision | undefined;
  /** Since when the link is down; 0 while it is up, or nobody waits for it. */
  readonly linkLostAt: number;
  /** Names of proctors, by id. */
  readonly labels: ReadonlyMap<string, string>;
};

/** Everything, in the order of time. */
export function timelineOf(facts: PersonFacts): TimelineEntry[] {
  const who = (id: string, role: Role | ''): Who =>
    id === '' || role === '' ? null : { id, role, label: facts.labels.get(id) ?? '' };
  return inTime([
    ...facts.logs.flatMap((log) => ofLog(log, facts.identity, who)),
    ...ofAnswers(facts.answers),
    ...facts.incidents.flatMap((incident) => ofIncident(incident, who)),
    ...facts.controls.map((told) => ofControl(told, who)),
    ...facts.calls.flatMap((call) => ofCall(call, who)),
    ...ofIdentity(facts.identity, who),
    ...ofLink(facts.linkLostAt),
  ]).map((one) => ({ ...one, at: Math.round(one.at) }));
}

/** Who is named in it beside the examinee: whose names are wanted. */
export function namedIn({ logs, incidents, controls, calls, identity }: Omit<PersonFacts, 'labels'>): Set<string> {
  return new Set([
    ...logs.map(({ subject }) => subject),
    ...incidents.flatMap(({ evidence, handling }) => [...evidence, ...handling].map(({ actorId }) => actorId)),
    ...controls.map(({ control }) => control.actorId),
    ...calls.map(({ by }) => by),
    ...(identity === undefined ? [] : [identity.by]),
  ]);
}

type Naming = (id: string, role: Role | '') => Who;

/** A call and the last word about the identity are stored elsewhere, with what was said. */
function ofLog(log: LogDocument, identity: IdentityDecision | undefined, who: Naming): TimelineEntry[] {
  const { _id, at, kind, data, roomId, subject } = log;
  const entryId = `log.${_id}`;
  const one = { entryId, at };
  const number = (name: string): number => Math.round(Number(data[name] ?? 0));
  const text = (name: string): string => String(data[name] ?? '');
  switch (kind) {
    case 'examinee.entered':
      return [
        {
          ...one,
          kind: 'entered',
          device: text('device'),
          anotherDevice: data.anotherDevice === true,
          again: data.repeated === true,
        },
      ];
    case 'examinee.ready':
      return [{ ...one, kind: 'ready' }];
    case 'examinee.began':
      return [{ ...one, kind: 'began' }];
    case 'device.waiting':
      return [{ ...one, kind }];
    case 'link.lost': {
      const [from, to] = [number('from'), number('to')];
      return [
        { ...one, at: from, kind, until: to },
        { entryId: `${entryId}.back`, at: to, kind: 'link.back', ms: Math.max(0, to - from) },
      ];
    }
    case 'answers.held':
      return [{ ...one, kind, count: number('answers') }];
    case 'held.applied':
    case 'held.taken':
    case 'held.dropped':
      return [{ ...one, kind: 'answer.decided', to: decisionIn(kind) }];
    case 'sheet.submitted':
    case 'sheet.timed-out':
      return [
        {
          ...one,
          kind: 'sheet',
          to: kind === 'sheet.submitted' ? 'submitted' : 'timed-out',
          itemCount: number('items'),
        },
      ];
    case 'examinee.moved':
      return [{ ...one, kind: 'moved', fromRoomId: roomId, toRoomId: text('toRoomId') }];
    case 'examinee.taken':
    case 'examinee.returned':
    case 'examinee.freed':
      return [{ ...one, kind: 'claim', to: claimIn(kind), by: who(subject, 'proctor') }];
    case 'identity.decided': {
      if (identity !== undefined && at >= identity.at) return [];
      const by = who(subject, log.stream === 'proctor' ? 'proctor' : 'admin');
      return [{ ...one, kind: 'identity', confirmed: data.confirmed === true, note: '', by }];
    }
    default:
      return kind.startsWith('call.') ? [] : [{ ...one, kind: 'log', name: kind }];
  }
}

function decisionIn(kind: 'held.applied' | 'held.taken' | 'held.dropped'): 'applied' | 'taken' | 'dropped' {
  return ({ 'held.applied': 'applied', 'held.taken': 'taken', 'held.dropped': 'dropped' } as const)[kind];
}

function claimIn(kind: 'examinee.taken' | 'examinee.returned' | 'examinee.freed'): 'taken' | 'returned' | 'freed' {
  return ({ 'examinee.taken': 'taken', 'examinee.returned': 'returned', 'examinee.freed': 'freed' } as const)[kind];
}

/** A link that is down now is in no log yet. */
function ofLink(linkLostAt: number): TimelineEntry[] {
  return linkLostAt === 0 ? [] : [{ entryId: 'link.lost', at: linkLostAt, kind: 'link.lost', until: 0 }];
}

/** Counts by minute; at the first of each. */
function ofAnswers(answers: readonly SavedRevision[]): TimelineEntry[] {
  const minutes = Map.groupBy(answers, ({ at }) => Math.floor(at / MINUTE_MS) * MINUTE_MS);
  return [...minutes].map(([minute, rows]) => ({
    entryId: `answers.${minute}`,
    at: rows.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY),
    kind: 'answers.saved',
    minute,
    count: rows.length,
    itemCount: new Set(rows.map(({ item }) => item)).size,
    lateCount: rows.filter(({ late }) => late).length,
  }));
}

function ofIncident({ _id: incidentId, ...incident }: Omit<Incident, 'reports'>, who: Naming): TimelineEntry[] {
  const { kind, source, severity, status: state, count, at, lastAt, evidence, handling } = incident;
  const [first] = evidence;
  const role = source === 'rule' ? '' : source;
  const raised: TimelineEntry = {
    ...{ entryId: `incident.${incidentId}`, at, kind: 'incident', incidentId, incident: kind, source },
    ...{ severity, state, count, lastAt: Math.round(lastAt), note: first?.note ?? '' },
    by: who(first?.actorId ?? '', role),
  };
  const handled = handling.map((step, index): TimelineEntry => {
    const { to, note, controlId, actorId, actorRole } = step;
    const about = { incidentId, incident: kind, to, note, controlId: controlId || null };
    return {
      ...{ entryId: `incident.${incidentId}.${index + 1}`, at: step.at, kind: 'incident.handled' },
      ...about,
      by: who(actorId, actorRole),
    };
  });
  return [raised, ...handled];
}

function ofControl({ control, appliedAt: at, delivery }: ToldControl, who: Naming): TimelineEntry {
  const { _id: controlId, action, reason, text = '', extraMs = 0, time = 'planned', undoes = '' } = control;
  const { examineeIds = [], mustConfirm = false, actorId, actorRole } = control;
  const { sentAt, deliveredAt, confirmedAt } = delivery;
  return {
    ...{ entryId: `control.${controlId}`, at, kind: 'control', controlId, action },
    ...{ isForRoom: examineeIds.length === 0, reason, text, extraMs, time, mustConfirm, undoes: undoes || null },
    by: who(actorId, actorRole),
    ...{
      sentAt: Math.round(sentAt),
      deliveredAt: Math.round(deliveredAt),
      confirmedAt: Math.round(confirmedAt),
    },
  };
}

function ofCall(call: Call, who: Naming): TimelineEntry[] {
  const { _id: callId, at, question, status: state, answer, endedAt, receivedAt, by, byRole } = call;
  const raised: TimelineEntry = { entryId: `call.${callId}`, at, kind: 'call', callId, question, state };
  if (state === 'open') return [raised];
  const ended = { callId, to: state, answer, receivedAt: Math.round(receivedAt), by: who(by, byRole) };
  return [raised, { entryId: `call.${callId}.ended`, at: endedAt, kind: 'call.ended', ...ended }];
}

function ofIdentity(identity: IdentityDecision | undefined, who: Naming): TimelineEntry[] {
  if (identity === undefined) return [];
  const { at, confirmed, note, version, by, byRole } = identity;
  return [{ entryId: `identity.${version}`, at, kind: 'identity', confirmed, note, by: who(by, byRole) }];
}
