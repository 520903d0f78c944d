// Go or no-go from what a rehearsal saw, and the resource that is full first. Pure arithmetic: it asks nobody, and the same
// figures give the same verdict. What people notice decides; a resource decides where it is full while people just answer,
// because then nothing is left for a storm. Called by loadtest/rehearse.ts.
import { duration, type Percentiles, percentileLine } from '../report.ts';
import { FULL_MS, LIMITS_OF_PEOPLE, mostEnterMs, RESOURCES, type ResourceName, shownValue } from './limits.ts';

export const PHASES = ['entering', 'starting', 'answering', 'links lost', 'process killed', 'ending'] as const;
export type Phase = (typeof PHASES)[number];

/** How people came back from one fault. `lastMs`: until the last of those who came back had an answer saved. */
export type Recovery = { readonly people: number; readonly back: number; readonly lastMs: number };

/** What was killed, or why nothing was. */
export type Killing = ({ readonly what: string } & Recovery) | { readonly not: string };

export type Outcome = {
  readonly people: number;
  readonly rooms: number;
  readonly items: number;
  /** Processes with the role api. */
  readonly apis: number;
  readonly entered: number;
  /** Each sentence once. */
  readonly enterErrors: readonly string[];
  readonly enterMs: number;
  /** People who may begin, and from the first to the last of them. */
  readonly started: number;
  readonly startMs: number;
  /** People whose paper is open, and until the last of them. */
  readonly opened: number;
  readonly openMs: number;
  /** Of what people gave while nothing was broken. */
  readonly calm: { readonly given: number; readonly saved: number; readonly savedMs: Percentiles };
  readonly linksLost: Recovery;
  readonly killing: Killing;
  /** Of all that was given: items whose acknowledged answer the store does not have, and whose last one was not acknowledged. */
  readonly given: number;
  readonly lost: number;
  readonly unsaved: number;
  /** `ANSWER_LATE 3, BUSY 1`; empty where nothing was. */
  readonly refused: string;
  /** Undefined where no machine scores it. */
  readonly scoredMs: number | 'not in time' | undefined;
};

/** One figure of one resource: `of` is whose, '' where there is one alone. Instants ms, by one clock. */
export type Reading = { readonly resource: ResourceName; readonly of: string; readonly value: number };
export type Sample = Reading & { readonly at: number; readonly phase: Phase };

export type Finding = { readonly name: string; readonly ok: boolean; readonly detail: string };
/** `share`: of its limit, 1 and more is full. `full`: it stood there for long enough to count. */
export type Peak = Reading & { readonly phase: Phase; readonly share: number; readonly full: boolean };
export type Verdict = {
  readonly go: boolean;
  readonly findings: readonly Finding[];
  /** The one that was full first, or where none was, the one that came nearest; undefined where nothing was read. */
  readonly first: Peak | undefined;
};

/** `unseen`: what could not be read, a sentence each; said, and no reason by itself. */
export function judge(outcome: Outcome, samples: readonly Sample[], unseen: readonly string[] = []): Verdict {
  const findings = [
    entering(outcome),
    starting(outcome),
    opening(outcome),
    saving(outcome),
    recovering('lost links', outcome.linksLost, LIMITS_OF_PEOPLE.linksLost.mostMs),
    killing(outcome),
    answers(outcome),
    refusing(outcome),
    ...scoring(outcome),
    resources(samples, unseen),
  ];
  return { go: findings.every(({ ok }) => ok), findings, first: firstFull(samples) };
}

function entering({ people, rooms, apis, entered, enterErrors, enterMs }: Outcome): Finding {
  const mostMs = mostEnterMs(people, apis);
  const said = `${entered} of ${people} in ${rooms} rooms, all at once; the last after ${seconds(enterMs)}`;
  const errors = enterErrors.slice(0, 3).map((error) => `; ${error}`);
  return {
    name: 'entering',
    ok: entered === people && enterMs <= mostMs,
    detail: `${said}, at most ${seconds(mostMs)}${errors.join('')}`,
  };
}

function starting({ entered, started, startMs }: Outcome): Finding {
  const { mostMs } = LIMITS_OF_PEOPLE.started;
  const said = `${started} of ${entered} were told to begin, from the first to the last ${ms(startMs)}`;
  return { name: 'start', ok: started === entered && startMs <= mostMs, detail: `${said}, at most ${ms(mostMs)}` };
}

function opening({ started, items, opened, openMs }: Outcome): Finding {
  const { mostMs } = LIMITS_OF_PEOPLE.opened;
  const said = `${opened} of ${started} have the paper of ${items} items open, the last after ${seconds(openMs)}`;
  return { name: 'paper', ok: opened === started && openMs <= mostMs, detail: `${said}, at most ${seconds(mostMs)}` };
}

function saving({ calm }: Outcome): Finding {
  const { mostMs } = LIMITS_OF_PEOPLE.saved;
  const { p99 } = calm.savedMs;
  const said = `${calm.saved} of ${calm.given} answers, ${percentileLine(calm.savedMs)}`;
  return {
    name: 'saving',
    ok: calm.given > 0 && calm.saved === calm.given && p99 !== null && p99 <= mostMs,
    detail: `${said}; p99 at most ${ms(mostMs)}`,
  };
}

function recovering(name: string, { people, back, lastMs }: Recovery, mostMs: number, what = ''): Finding {
  if (people === 0) return { name, ok: false, detail: `${what}nobody was concerned, so nothing was tried` };
  const said = `${what}${back} of ${people} people go on, the last after ${seconds(lastMs)}`;
  return { name, ok: back === people && lastMs <= mostMs, detail: `${said}, at most ${seconds(mostMs)}` };
}

function killing({ killing: killed }: Outcome): Finding {
  const name = 'killed process';
  if ('not' in killed) return { name, ok: true, detail: `not tried: ${killed.not}` };
  return recovering(name, killed, LIMITS_OF_PEOPLE.killed.mostMs, `${killed.what}; `);
}

function answers({ given, lost, unsaved }: Outcome): Finding {
  const detail = `${given} given; lost although they were called saved: ${lost}; never saved: ${unsaved}`;
  return { name: 'answers', ok: lost === 0 && unsaved === 0, detail };
}

function refusing({ refused }: Outcome): Finding {
  return { name: 'refusals', ok: refused === '', detail: refused === '' ? 'no answer was refused' : refused };
}

function scoring({ scoredMs }: Outcome): Finding[] {
  if (scoredMs === undefined) return [];
  const { mostMs } = LIMITS_OF_PEOPLE.scored;
  const after = scoredMs === 'not in time' ? 'not in time' : `after ${seconds(scoredMs)}`;
  const ok = scoredMs !== 'not in time' && scoredMs <= mostMs;
  return [{ name: 'scores', ok, detail: `${after}, at most ${seconds(mostMs)}` }];
}

function resources(samples: readonly Sample[], unseen: readonly string[]): Finding {
  const calm = samples.filter(({ phase }) => phase === 'answering');
  const full = peaks(calm).filter((peak) => peak.full);
  const aside = unseen.map((sentence) => `; ${sentence}`).join('');
  const name = 'resources';
  if (full.length === 0) return { name, ok: true, detail: `none is full while people just answer${aside}` };
  return { name, ok: false, detail: `full while people just answer: ${full.map(shownPeak).join(', ')}${aside}` };
}

/** Of all phases: the one that was full first, else the one that was nearest to its limit. */
function firstFull(samples: readonly Sample[]): Peak | undefined {
  const full = peaks(samples).filter((peak) => peak.full);
  if (full.length > 0) return full[0];
  return peaks(samples).reduce<Peak | undefined>(
    (most, peak) => (peak.share > (most?.share ?? -1) ? peak : most),
    undefined,
  );
}

/**
 * One for each resource, those that were full first, in the order in which they became so; where two did at once, the one
 * that is further beyond its limit. The value of a full one is the highest while it was.
 */
function peaks(samples: readonly Sample[]): Peak[] {
  const series = new Map<string, Sample[]>();
  for (const sample of samples.toSorted((a, b) => a.at - b.at)) {
    const key = `${sample.resource} ${sample.of}`;
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  const found = [...series.values()].flatMap((one) => peakOf(one) ?? []);
  return found
    .sort((a, b) => a.fullAt - b.fullAt || b.share - a.share)
    .map(({ fullAt, at: _, ...peak }) => ({ ...peak, full: fullAt < Number.POSITIVE_INFINITY }));
}

/** Of one resource, in the order of time. `fullAt`: from when on it was full, infinite where it never was. */
function peakOf(series: readonly Sample[]): (Sample & { share: number; fullAt: number }) | undefined {
  const run: Sample[] = [];
  for (const sample of series) {
    if (shareOf(sample) >= 1) run.push(sample);
    else if (isLong(run)) break;
    else run.length = 0;
  }
  const [first] = run;
  const highest = (isLong(run) ? run : series).reduce<Sample | undefined>(
    (most, sample) => (most === undefined || sample.value > most.value ? sample : most),
    undefined,
  );
  if (highest === undefined) return undefined;
  const fullAt = isLong(run) && first !== undefined ? first.at : Number.POSITIVE_INFINITY;
  return {
    ...highest,
    phase: (isLong(run) ? first?.phase : undefined) ?? highest.phase,
    share: shareOf(highest),
    fullAt,
  };
}

function isLong(run: readonly Sample[]): boolean {
  return (run.at(-1)?.at ?? 0) - (run[0]?.at ?? 0) >= FULL_MS;
}

function shareOf({ resource, value }: Reading): number {
  return value / RESOURCES[resource].most;
}

/** `event loop of exam-1/411 (rooms): 140 ms of 100 ms, entering`. */
export function shownPeak({ resource, of, value, phase }: Peak): string {
  const whose = of === '' ? '' : ` of ${of}`;
  return `${resource}${whose}: ${shownValue(resource, value)} of ${shownValue(resource, RESOURCES[resource].most)}, ${phase}`;
}

function seconds(lengthMs: number): string {
  return duration(lengthMs / 1_000);
}

function ms(lengthMs: number): string {
  return `${Math.round(lengthMs)} ms`;
}
