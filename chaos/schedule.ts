// A schedule: which faults come when, for how long, and at what. Drawn from a seed, so that a schedule that found something
// can be drawn again, and plain data, so that it can be kept, thinned out and played again. Pure. Called by run.ts.
import { between, pick, type Random, seededRandom } from '../loadtest/random.ts';

/** What a link's fault is at: everybody's of one network, or what one process says to Redis or to the engine. */
export const FAULT_KINDS = [
  'kill rooms',
  'kill workers',
  'kill api',
  'kill redis',
  'kill engine',
  'stop rooms',
  'stop workers',
  'stop api',
  'stop redis',
  'stop engine',
  'end rooms',
  'end workers',
  'end api',
  'wipe redis',
  'cut clients',
  'cut redis',
  'cut engine',
  'half-open clients',
  'half-open redis',
  'half-open engine',
  'slow clients',
  'slow redis',
  'slow engine',
  'slices clients',
  'slices redis',
  'slices engine',
  'packet loss',
  'clock jump',
  'slow fsync',
  'full disk',
  'duplicates',
  'old frames',
  'altered frames',
  'reload',
  'two tabs',
  'device change',
  'proctor lost',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const WAYS = ['both', 'up', 'down'] as const;
/** `up` is from whoever asks to whoever answers. */
export type Way = (typeof WAYS)[number];

/** `at` and `ms` from the schedule's beginning. `size`: what the kind makes of it, as a delay in ms; 0 where it makes nothing. */
export type Fault = {
  readonly kind: FaultKind;
  /** A process (`rooms-1`), a network (`network-2`) or whatever the kind is at. */
  readonly target: string;
  readonly way: Way;
  readonly at: number;
  readonly ms: number;
  readonly size: number;
};

export type Schedule = { readonly seed: number; readonly seconds: number; readonly faults: readonly Fault[] };

/** What there is to be spoiled. */
export type Scene = {
  /** Names of the processes with this role; stores are 'redis' and 'mongodb'. */
  readonly processes: {
    readonly rooms: readonly string[];
    readonly workers: readonly string[];
    readonly api: readonly string[];
  };
  readonly networks: readonly string[];
  /** Whether what the servers say to the engine goes through links. */
  readonly hasEngineLinks: boolean;
  /** How many examinees, and proctors, there are. */
  readonly people: number;
  readonly proctors: number;
  /** Kinds that cannot be brought about on this machine. */
  readonly missing: readonly FaultKind[];
};

type Rule = {
  /** How often, against the others. */
  readonly weight: number;
  readonly targets: (scene: Scene) => readonly string[];
  readonly ms: readonly [least: number, most: number];
  readonly ways?: readonly Way[];
  readonly size?: readonly [least: number, most: number];
};

const everyServer = ({ processes: { rooms, workers, api } }: Scene) => [...rooms, ...workers, ...api];
const engineLinks = (scene: Scene) => (scene.hasEngineLinks ? everyServer(scene) : []);
const networks = (scene: Scene) => scene.networks;
const everybody = ({ people }: Scene) => Array.from({ length: people }, (_, index) => `person-${index + 1}`);
const everyProctor = ({ proctors }: Scene) => Array.from({ length: proctors }, (_, index) => `proctor-${index + 1}`);
const DOWN: Rule['ms'] = [100, 1_500];
/** Long enough to outlive a lease. */
const STOPPED: Rule['ms'] = [300, 5_500];
const SPOILED: Rule['ms'] = [500, 4_000];
const HOLE: Rule['ms'] = [500, 6_500];
const AT_ONCE: Rule['ms'] = [0, 0];

export const RULES: Readonly<Record<FaultKind, Rule>> = {
  'kill rooms': { weight: 5, targets: ({ processes }) => processes.rooms, ms: DOWN },
  'kill workers': { weight: 3, targets: ({ processes }) => processes.workers, ms: DOWN },
  'kill api': { weight: 2, targets: ({ processes }) => processes.api, ms: DOWN },
  'kill redis': { weight: 2, targets: () => ['redis'], ms: DOWN },
  'kill engine': { weight: 3, targets: () => ['mongodb'], ms: DOWN },
  'stop rooms': { weight: 4, targets: ({ processes }) => processes.rooms, ms: STOPPED },
  'stop workers': { weight: 3, targets: ({ processes }) => processes.workers, ms: STOPPED },
  'stop api': { weight: 1, targets: ({ processes }) => processes.api, ms: STOPPED },
  'stop redis': { weight: 2, targets: () => ['redis'], ms: STOPPED },
  'stop engine': { weight: 2, targets: () => ['mongodb'], ms: STOPPED },
  'end rooms': { weight: 2, targets: ({ processes }) => processes.rooms, ms: DOWN },
  'end workers': { weight: 1, targets: ({ processes }) => processes.workers, ms: DOWN },
  'end api': { weight: 1, targets: ({ processes }) => processes.api, ms: DOWN },
  'wipe redis': { weight: 3, targets: () => ['redis'], ms: DOWN },
  'cut clients': { weight: 3, targets: networks, ms: AT_ONCE },
  'cut redis': { weight: 2, targets: everyServer, ms: AT_ONCE },
  'cut engine': { weight: 2, targets: engineLinks, ms: AT_ONCE },
  'half-open clients': { weight: 3, targets: networks, ms: HOLE, ways: WAYS, size: [0, 1] },
  'half-open redis': { weight: 2, targets: everyServer, ms: HOLE, ways: WAYS, size: [0, 1] },
  'half-open engine': { weight: 2, targets: engineLinks, ms: HOLE, ways: WAYS, size: [0, 1] },
  'slow clients': { weight: 2, targets: networks, ms: SPOILED, ways: WAYS, size: [20, 1_000] },
  'slow redis': { weight: 1, targets: everyServer, ms: SPOILED, ways: WAYS, size: [5, 300] },
  'slow engine': { weight: 1, targets: engineLinks, ms: SPOILED, ways: WAYS, size: [5, 300] },
  'slices clients': { weight: 1, targets: networks, ms: SPOILED, ways: WAYS, size: [1, 64] },
  'slices redis': { weight: 1, targets: everyServer, ms: SPOILED, ways: WAYS, size: [1, 64] },
  'packet loss': { weight: 3, targets: networks, ms: SPOILED, size: [5, 40] },
  'clock jump': { weight: 2, targets: everyServer, ms: STOPPED, size: [-7_200_000, 7_200_000] },
  'slow fsync': { weight: 2, targets: () => ['redis', 'mongodb'], ms: SPOILED, size: [10, 150] },
  'full disk': { weight: 2, targets: () => ['redis'], ms: SPOILED },
  duplicates: { weight: 2, targets: networks, ms: SPOILED },
  'old frames': { weight: 2, targets: networks, ms: SPOILED },
  'altered frames': { weight: 1, targets: networks, ms: SPOILED },
  reload: { weight: 2, targets: everybody, ms: AT_ONCE },
  'two tabs': { weight: 2, targets: everybody, ms: AT_ONCE },
  'device change': { weight: 2, targets: everybody, ms: AT_ONCE },
  'proctor lost': { weight: 2, targets: everyProctor, ms: SPOILED, size: [0, 25] },
  'slices engine': { weight: 1, targets: engineLinks, ms: SPOILED, ways: WAYS, size: [1, 64] },
};

/** How many faults a schedule has, unless another number is given. */
const FAULT_COUNT: readonly [least: number, most: number] = [3, 6];
/** Before the first fault and after the last people work undisturbed, so that there is something to lose. */
const MARGIN_MS = 300;
const TRIES = 20;

/** The schedule of this seed: always the same one for the same arguments. `kinds`: what may come; all unless given. */
export function drawSchedule(
  seed: number,
  seconds: number,
  scene: Scene,
  kinds: readonly FaultKind[] = FAULT_KINDS,
  count: readonly [least: number, most: number] = FAULT_COUNT,
): Schedule {
  const possible = kinds.filter((kind) => !scene.missing.includes(kind) && RULES[kind].targets(scene).length > 0);
  const random = seededRandom(`schedule ${seed}`);
  const faults: Fault[] = [];
  const wanted = between(random, ...count);
  for (let tries = 0; faults.length < wanted && tries < wanted * TRIES; tries++) {
    const fault = drawFault(random, seconds * 1_000, scene, possible);
    if (fault !== undefined && !faults.some((other) => areInEachOthersWay(fault, other))) faults.push(fault);
  }
  return { seed, seconds, faults: faults.sort((one, other) => one.at - other.at) };
}

function drawFault(random: Random, lengthMs: number, scene: Scene, kinds: readonly FaultKind[]): Fault | undefined {
  const kind = weighted(random, kinds);
  if (kind === undefined) return undefined;
  const {
    targets,
    ms: [least, most],
    ways = ['both'],
    size,
  } = RULES[kind];
  const target = pick(random, targets(scene));
  const room = lengthMs - 2 * MARGIN_MS;
  const ms = Math.min(between(random, least, most), room);
  const at = MARGIN_MS + between(random, 0, Math.max(0, room - ms));
  const way = pick(random, ways) ?? 'both';
  const drawn = size === undefined ? 0 : between(random, ...size);
  return target === undefined ? undefined : { kind, target, way, at, ms, size: drawn };
}

function weighted(random: Random, kinds: readonly FaultKind[]): FaultKind | undefined {
  let left = random() * kinds.reduce((sum, kind) => sum + RULES[kind].weight, 0);
  return kinds.find((kind) => {
    left -= RULES[kind].weight;
    return left < 0;
  });
}

/** What a fault takes for itself while it lasts: nothing is killed while it is stopped, no link has two faults. */
export function placeOf({ kind, target }: Fault): string {
  if (kind === 'clock jump') return 'clocks'; // one at a time: another one's is right
  if (kind === 'duplicates' || kind.endsWith('frames')) return `frames of ${target}`;
  return /^(?:cut|half-open|slow|slices) (?:redis|engine)/.test(kind) ? `${target} ${kind.split(' ')[1]}` : target;
}

function areInEachOthersWay(one: Fault, other: Fault): boolean {
  return (
    placeOf(one) === placeOf(other) &&
    one.at <= other.at + other.ms + SETTLE_MS &&
    other.at <= one.at + one.ms + SETTLE_MS
  );
}

/** Between two faults at one place: what came back has a moment. */
const SETTLE_MS = 400;
