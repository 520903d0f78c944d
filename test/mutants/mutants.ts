// Mutants of the product: each is a patch that breaks one promise, the faults of chaos that bring it to light, and the columns
// of its report in which it has to show. That each is found says that the harness would find a fault of its kind; a harness
// that finds nothing says nothing. Called by tree.ts, hunt.ts and their tests.
import type { Column } from '../../chaos/invariants.ts';
import type { FaultKind, Way } from '../../chaos/schedule.ts';

/** One fault of a plot; its instants in ms from the schedule's beginning. `at`: one of those whom the kind can be at, another, or all. */
export type Cue = {
  readonly kind: FaultKind;
  readonly at: 'one' | 'other' | 'every';
  readonly from: readonly [least: number, most: number];
  readonly ms: readonly [least: number, most: number];
  /** Both ways unless given. */
  readonly way?: Way;
  /** What the kind makes of it; 0 unless given. */
  readonly size?: readonly [least: number, most: number];
};

export type Mutant = {
  /** Also of its patch, patches/NAME.patch. */
  readonly name: string;
  readonly faults: readonly FaultKind[];
  /** How many of them a schedule has, where their usual number would leave no time for what has to happen between them. */
  readonly faultCount?: readonly [least: number, most: number];
  /** Played in place of drawn faults, where it takes several in one order, which are seldom drawn so. */
  readonly plot?: readonly Cue[];
  /** How long a schedule lasts, and how many submit in it, where it takes more than usual. */
  readonly seconds?: number;
  readonly submitters?: number;
  /** Whether what is shown live is judged as well. */
  readonly live?: boolean;
  /** At least one of these must not be 0. */
  readonly shows: readonly Column[];
};

/** Six of them in eight seconds leave no time in which a control is applied. */
const FEW = [2, 3] as const;

/**
 * One has all rooms, since the other is down. It sleeps until that one has them and everything has been displayed, wakes
 * beside it, and writes what it remembers: nobody is there. The last fault only holds the end off until that is written.
 */
const OWNER_WAKES: readonly Cue[] = [
  { kind: 'kill rooms', at: 'other', from: [300, 600], ms: [6_000, 6_500] },
  { kind: 'stop rooms', at: 'one', from: [9_000, 9_500], ms: [13_500, 14_000] },
  { kind: 'kill api', at: 'one', from: [27_500, 28_000], ms: [300, 600] },
];

/** What is given stays on its way while people submit. */
const NOBODY_STORES: readonly Cue[] = [{ kind: 'stop workers', at: 'every', from: [800, 1_200], ms: [5_000, 5_500] }];

/**
 * People come back over slow links while what they gave waits: they are shown a sheet without it, and it is durable by the time
 * that they have sent it again. Nothing but the answer to what they send tells them.
 */
const HEARD_LATE: readonly Cue[] = [
  { kind: 'slow clients', at: 'every', from: [500, 700], ms: [8_500, 9_000], size: [800, 900] },
  { kind: 'stop workers', at: 'every', from: [2_500, 2_700], ms: [4_000, 4_200] },
  { kind: 'cut clients', at: 'every', from: [3_600, 3_800], ms: [0, 0] },
];

/** People hear nothing for a while in which proctors work, and what was told them then is gone with its link. */
const DEAF: readonly Cue[] = [
  { kind: 'half-open clients', at: 'every', from: [1_500, 2_000], ms: [3_000, 3_500], way: 'down', size: [1, 1] },
];

/** Proctors work under clocks that are wrong. */
const CLOCKS_WRONG: readonly Cue[] = [
  { kind: 'clock jump', at: 'every', from: [1_000, 1_500], ms: [5_000, 5_500], size: [1_800_000, 5_400_000] },
];

/** All rooms are made anew once, when proctors have done much in each, and people have some time left afterwards. */
const ROOMS_REBUILT: readonly Cue[] = [{ kind: 'kill rooms', at: 'every', from: [7_000, 7_500], ms: [300, 600] }];

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledge-before-database',
    faults: ['kill workers', 'stop engine', 'kill engine'],
    shows: ['lost', 'falseSaved'],
  },
  { name: 'saved-when-taken', faults: ['stop workers', 'kill rooms'], shows: ['lost', 'falseSaved'] },
  { name: 'lower-revision-wins', faults: ['reload', 'device change'], shows: ['lost', 'stale', 'altered'] },
  {
    name: 'no-fence',
    faults: ['two tabs', 'device change'],
    shows: ['lost', 'altered', 'foreign', 'stale', 'lockedOut'],
  },
  {
    name: 'no-epoch',
    faults: ['kill rooms', 'stop rooms'],
    plot: OWNER_WAKES,
    live: true,
    shows: ['wrongControls', 'wrongTime', 'lost', 'stale', 'lockedOut'],
  },
  { name: 'ledger-forgets', faults: ['half-open clients'], plot: DEAF, shows: ['wrongControls'] },
  {
    name: 'control-applied-twice',
    faults: ['kill rooms'],
    plot: ROOMS_REBUILT,
    seconds: 12,
    shows: ['wrongControls', 'wrongTime'],
  },
  { name: 'pause-added-twice', faults: ['proctor lost'], faultCount: FEW, shows: ['wrongTime'] },
  {
    name: 'submit-before-saved',
    faults: ['stop workers'],
    plot: NOBODY_STORES,
    submitters: 12,
    shows: ['falseSaved', 'altered', 'lost'],
  },
  { name: 'another-ones-row', faults: ['reload', 'cut clients'], shows: ['leaked'] },
  { name: 'e11000-counts-as-saved', faults: ['altered frames'], shows: ['altered'] },
  { name: 'resend-dropped', faults: ['wipe redis', 'kill workers'], shows: ['stale', 'lockedOut', 'lost'] },
  {
    name: 'resend-unanswered',
    faults: ['slow clients', 'stop workers', 'cut clients'],
    plot: HEARD_LATE,
    seconds: 12,
    shows: ['stale', 'lockedOut'],
  },
  {
    name: 'deadline-from-the-wall-clock',
    faults: ['clock jump'],
    plot: CLOCKS_WRONG,
    shows: ['wrongTime', 'lockedOut', 'lost', 'wrongControls'],
  },
  { name: 'write-through-skipped', faults: ['wipe redis', 'kill redis'], shows: ['stale', 'lockedOut', 'lost'] },
  {
    name: 'rebuild-forgets-holds',
    faults: ['kill rooms'],
    plot: ROOMS_REBUILT,
    seconds: 12,
    shows: ['wrongTime', 'wrongControls'],
  },
  {
    name: 'rebuild-forgets-extensions',
    faults: ['kill rooms'],
    plot: ROOMS_REBUILT,
    seconds: 12,
    shows: ['wrongTime', 'wrongControls'],
  },
  { name: 'control-without-receipt', faults: ['proctor lost'], shows: ['wrongControls'] },
];
