// What is counted of incidents: by kind, severity, room, minute and outcome, and how long people took. Each incident gives
// a few named numbers, and a plan's figures are their sums, wherever they are added: in Redis or in the store. What is
// only noted counts nothing. Pure; called by the store, the incidents worker and the api.
import type { Incident } from '../schema/incidents.ts';
import type { IncidentFigures } from '../schema/replies.ts';

/** Named numbers: `incidents`, `reports`, `kind:…`, `kind-reports:…`, `severity:…`, `room:…`, `minute:…`, `state:…`, and lengths in ms. */
export type Counts = Readonly<Record<string, number>>;

const MINUTE_MS = 60_000;
/** Fifths of the severity, named by their lower bound. */
const BANDS = ['0.0', '0.2', '0.4', '0.6', '0.8'] as const;

/** The band of a severity in [0, 1]. 1 belongs to the last. */
export function severityBand(severity: number): (typeof BANDS)[number] {
  return BANDS[Math.min(BANDS.length - 1, Math.floor(severity * BANDS.length))] ?? '0.0';
}

export type Counted = Pick<
  Incident,
  'kind' | 'severity' | 'roomId' | 'status' | 'count' | 'raisedAt' | 'acknowledgedAt' | 'decidedAt'
>;

/** What this incident adds. */
export function countsOf(incident: Counted): Counts {
  const { kind, roomId, status, count, raisedAt, acknowledgedAt, decidedAt } = incident;
  if (status === 'noted') return {};
  return {
    incidents: 1,
    reports: count,
    [`kind:${kind}`]: 1,
    [`kind-reports:${kind}`]: count,
    [`severity:${severityBand(incident.severity)}`]: 1,
    [`room:${roomId}`]: 1,
    [`minute:${raisedAt - (raisedAt % MINUTE_MS)}`]: 1,
    [`state:${status}`]: 1,
    ...(acknowledgedAt === 0 ? {} : { acknowledged: 1, acknowledgedMs: acknowledgedAt - raisedAt }),
    ...(decidedAt === 0 ? {} : { decided: 1, decidedMs: decidedAt - raisedAt }),
  };
}

/** The sums of these; what comes to nothing is left out. */
export function sumOf(all: Iterable<Counts>): Counts {
  const sums = new Map<string, number>();
  for (const counts of all)
    for (const [name, number] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + number);
  return Object.fromEntries([...sums].filter(([, number]) => number !== 0));
}

/** A plan's figures of its sums, in a fixed order. */
export function figuresOf(sums: Counts): IncidentFigures {
  const of = (name: string) => sums[name] ?? 0;
  const named = (prefix: string) =>
    Object.entries(sums)
      .filter(([name, number]) => name.startsWith(prefix) && number !== 0)
      .map(([name, incidentCount]) => ({ name: name.slice(prefix.length), incidentCount }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  const time = (incidentCount: number, totalMs: number): IncidentFigures['decided'] => {
    return { incidentCount, totalMs, meanMs: incidentCount === 0 ? null : totalMs / incidentCount };
  };
  return {
    incidentCount: of('incidents'),
    reportCount: of('reports'),
    kinds: named('kind:').map(({ name: kind, incidentCount }) => ({
      kind,
      incidentCount,
      reportCount: of(`kind-reports:${kind}`),
    })),
    severities: named('severity:').map(({ name, incidentCount }) => ({ from: Number(name), incidentCount })),
    rooms: named('room:').map(({ name: roomId, incidentCount }) => ({ roomId, incidentCount })),
    minutes: named('minute:').map(({ name, incidentCount }) => ({ at: Number(name), incidentCount })),
    states: named('state:').map(({ name: state, incidentCount }) => ({ state, incidentCount })),
    acknowledged: time(of('acknowledged'), of('acknowledgedMs')),
    decided: time(of('decided'), of('decidedMs')),
  };
}
