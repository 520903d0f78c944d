// Mutants of the product: each is a patch that breaks one promise, the faults of chaos that bring it to light, and the columns
// of its report in which it has to show. That each is found says that the harness would find a fault of its kind; a harness
// that finds nothing says nothing. Called by tree.ts, hunt.ts and their tests.
import type { Column } from '../../chaos/invariants.ts';
import type { FaultKind } from '../../chaos/schedule.ts';

/** One fault of a plot, at one of the two rooms processes or at the other; its instants in ms from the schedule's beginning. */
export type Cue = {
  readonly kind: Extract<FaultKind, `${string} rooms`>;
  readonly at: 'one' | 'other';
  readonly from: readonly [least: number, most: number];
  readonly ms: readonly [least: number, most: number];
};

export type Mutant = {
  /** Also of its patch, patches/NAME.patch. */
  readonly name: string;
  readonly faults: readonly FaultKind[];
  /** How many of them a schedule has, where their usual number would leave no time for what has to happen between them. */
  readonly faultCount?: readonly [least: number, most: number];
  /** Played in place of drawn faults, where it takes several in one order, which are seldom drawn so. */
  readonly plot?: readonly Cue[];
  /** At least one of these must not be 0. */
  readonly shows: readonly Column[];
};

/** A room is away for two seconds behind each kill; six of them in eight seconds leave none in which a control is applied. */
const FEW = [2, 3] as const;

/** It sleeps beyond its leases, wakes beside who has its rooms now, writes what it remembers, and has them again alone. */
const OWNER_WAKES: readonly Cue[] = [
  { kind: 'stop rooms', at: 'one', from: [300, 600], ms: [4_800, 5_300] },
  { kind: 'kill rooms', at: 'other', from: [7_000, 7_300], ms: [300, 600] },
];

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
    faults: ['stop rooms', 'kill rooms'],
    plot: OWNER_WAKES,
    shows: ['wrongControls', 'wrongTime', 'lost', 'stale', 'lockedOut'],
  },
  { name: 'ledger-forgets', faults: ['half-open clients'], shows: ['wrongControls'] },
  { name: 'control-applied-twice', faults: ['kill rooms'], faultCount: FEW, shows: ['wrongControls', 'wrongTime'] },
  { name: 'pause-added-twice', faults: ['proctor lost'], faultCount: FEW, shows: ['wrongTime'] },
  { name: 'submit-before-saved', faults: ['stop workers', 'kill rooms'], shows: ['falseSaved', 'altered', 'lost'] },
  { name: 'another-ones-row', faults: ['reload', 'cut clients'], shows: ['leaked'] },
  { name: 'e11000-counts-as-saved', faults: ['altered frames', 'kill rooms'], shows: ['altered'] },
  { name: 'resend-dropped', faults: ['wipe redis', 'kill workers'], shows: ['stale', 'lockedOut', 'lost'] },
  { name: 'resend-unanswered', faults: ['cut clients', 'kill rooms'], shows: ['stale', 'lockedOut'] },
  {
    name: 'deadline-from-the-wall-clock',
    faults: ['clock jump'],
    shows: ['wrongTime', 'lockedOut', 'lost', 'wrongControls'],
  },
  { name: 'write-through-skipped', faults: ['wipe redis', 'kill redis'], shows: ['stale', 'lockedOut', 'lost'] },
  { name: 'rebuild-forgets-holds', faults: ['kill rooms'], faultCount: FEW, shows: ['wrongTime', 'wrongControls'] },
  {
    name: 'rebuild-forgets-extensions',
    faults: ['kill rooms'],
    faultCount: FEW,
    shows: ['wrongTime', 'wrongControls'],
  },
  { name: 'control-without-receipt', faults: ['proctor lost'], shows: ['wrongControls'] },
];
