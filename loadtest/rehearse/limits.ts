// What a rehearsal is judged by: what people may notice, and from where on a resource is full. Each limit is one that the
// documents give already, and its sentence says which. The table in docs/operations.md is made from it. Pure.

type PeopleLimit = { readonly what: string; readonly mostMs: number; readonly why: string };

/** What people notice. */
export const LIMITS_OF_PEOPLE = {
  entered: {
    what: 'from the opening until the last one is in',
    mostMs: 15_000,
    why: 'as bench:sockets; for many people twice as long as check counts with, 130 a second and api',
  },
  started: {
    what: 'from the first to the last who is told to begin',
    mostMs: 1_000,
    why: 'as long as bench:controls lets a start take',
  },
  opened: { what: 'until the last one has the paper open', mostMs: 15_000, why: 'as long as entering' },
  saved: {
    what: 'p99 of saved, nothing being broken',
    mostMs: 1_000,
    why: 'what waits longer is shown as not saved on a board',
  },
  linksLost: {
    what: 'from the network being back until the last one goes on',
    mostMs: 10_000,
    why: 'the recovery time of reliability.md',
  },
  killed: { what: 'from the kill until the last one goes on', mostMs: 15_000, why: 'as bench:sockets' },
  scored: { what: 'from the end to the scores', mostMs: 120_000, why: 'as long as the demo waits for them' },
} as const satisfies Readonly<Record<string, PeopleLimit>>;

/** People a second that `check` counts with, for each api. */
const ENTERS_A_SECOND = 130;

/** How long until everybody has to be in, ms. */
export function mostEnterMs(people: number, apis: number): number {
  return Math.max(LIMITS_OF_PEOPLE.entered.mostMs, (2_000 * people) / ENTERS_A_SECOND / Math.max(1, apis));
}

type ResourceLimit = {
  /** At and beyond it the resource is full. */
  readonly most: number;
  readonly unit: 'share' | 'ms' | 'bytes' | 's';
  readonly why: string;
};

/** What can be full, in the words in which it is named. */
export const RESOURCES = {
  processor: { most: 0.9, unit: 'share', why: 'of one core: a process of Node computes on one' },
  'event loop': { most: 100, unit: 'ms', why: 'p99 of its delay; bench:rooms wants an answer saved within that' },
  memory: { most: 2_000_000_000, unit: 'bytes', why: 'resident; Node’s heap ends from there on, by the machine' },
  queue: { most: 20, unit: 's', why: 'its oldest job, where the alarm AnswersWaitInQueue rings' },
  'processor of Redis': { most: 0.9, unit: 'share', why: 'of one core: Redis answers on one' },
  'memory of Redis': { most: 0.9, unit: 'share', why: 'of its maxmemory, or of its machine: full, it refuses' },
  'answer of Redis': { most: 100, unit: 'ms', why: 'a PING; the same as for an event loop' },
  'answer of MongoDB': { most: 100, unit: 'ms', why: 'a ping; the same as for an event loop' },
  'cache of MongoDB': { most: 0.95, unit: 'share', why: 'from there on its requests make room themselves' },
  'unwritten cache of MongoDB': { most: 0.2, unit: 'share', why: 'the same, of what is not on the disk yet' },
  'connections of MongoDB': { most: 0.9, unit: 'share', why: 'of those that it takes' },
  'processors of this machine': { most: 0.9, unit: 'share', why: 'of all its cores' },
  'memory of this machine': { most: 0.9, unit: 'share', why: 'what nobody else may have' },
  'simulated people': {
    most: 100,
    unit: 'ms',
    why: 'p99 of the delay of their event loop: beyond it they measure themselves',
  },
} as const satisfies Readonly<Record<string, ResourceLimit>>;
export type ResourceName = keyof typeof RESOURCES;

/** For so long a resource has to stand at its limit to count as full: one full moment is none. */
export const FULL_MS = 4_000;

/** `43 %`, `120 ms`, `180 MB`, `2.5 s`. */
export function shownValue(name: ResourceName, value: number): string {
  switch (RESOURCES[name].unit) {
    case 'share':
      return `${Math.round(value * 100)} %`;
    case 'ms':
      return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
    case 'bytes':
      return `${Math.round(value / 1e6)} MB`;
    case 's':
      return `${value.toFixed(1)} s`;
  }
}
