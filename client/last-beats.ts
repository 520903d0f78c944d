// The tally that each beat carries, and the beats that do not wait for their second: shortly before the end, where the
// outbox has changed, and at the end. Remembers what the last tallies stood for, because the room may ask. Called by session.
import { NOTHING_WAITS, tallyEntry, tallyOf } from '../exam/tally.ts';
import type { Answer } from '../schema/answers.ts';
import { LIMITS } from '../schema/limits.ts';
import type { Incoming, Tally, TallyEntry } from '../schema/messages.ts';
import type { ClientClock } from './clock.ts';

/** So long before the end each change of the outbox has a beat of its own, but not more often than the second. */
const LAST_MS = 5_000;
const APART_MS = 100;
/** Tallies whose entries are remembered: more than there are beats in the last seconds. */
const REMEMBERED = 64;

export type LastBeatsParts = {
  readonly clock: ClientClock;
  /** What is not known to be saved, by revision; the same array members while nothing of them has changed. */
  unsaved(): readonly Answer[];
  /** Ms to the own end, negative beyond it; undefined where no end is known, or the clock stands. */
  leftMs(): number | undefined;
  /** Whether the room has said that it is over. */
  isEnded(): boolean;
  /** Sends a beat now. */
  beat(): void;
};

export type LastBeats = {
  /** What the beat that is being sent says beside its instant. */
  said(): Omit<Incoming<'heartbeat'>, 'sentAt'>;
  /** Something may have changed. Returns in how many ms a beat is due that nothing else brings about; undefined for none. */
  poke(): number | undefined;
  /** What the tally with this hash stood for; undefined where it is not remembered. */
  opened(hash: string): TallyEntry[] | undefined;
};

export function createLastBeats({ clock, unsaved, leftMs, isEnded, beat }: LastBeatsParts): LastBeats {
  const entries = new WeakMap<Answer, TallyEntry>();
  const remembered = new Map<string, TallyEntry[]>();
  let saidHash = '';
  let saidOver = false;
  let saidAt = Number.NEGATIVE_INFINITY;

  const isOver = () => isEnded() || (leftMs() ?? 1) <= 0;

  function waiting(): { readonly tally: Tally; readonly list: TallyEntry[] } {
    const list = unsaved().slice(0, LIMITS.tallyEntries).map(entryOf);
    return { list, tally: list.length === 0 ? NOTHING_WAITS : tallyOf(list) };
  }

  function entryOf(answer: Answer): TallyEntry {
    const entry = entries.get(answer) ?? tallyEntry(answer);
    entries.set(answer, entry);
    return entry;
  }

  function remember(hash: string, list: TallyEntry[]): void {
    remembered.delete(hash);
    remembered.set(hash, list);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= REMEMBERED) return;
      remembered.delete(oldest);
    }
  }

  function said(): Omit<Incoming<'heartbeat'>, 'sentAt'> {
    const { tally, list } = waiting();
    saidHash = tally.hash;
    saidOver = isOver();
    saidAt = clock.now();
    if (tally.count > 0) remember(tally.hash, list);
    return { ...(tally.count > 0 ? { tally } : {}), ...(saidOver ? { over: true } : {}) };
  }

  /** Whether the last beat says something else than one would now, and somebody may have to rely on it. */
  function isBehind(left: number | undefined): boolean {
    if (isOver()) return !saidOver || waiting().tally.hash !== saidHash;
    return left !== undefined && left <= LAST_MS && waiting().tally.hash !== saidHash;
  }

  return {
    said,
    poke() {
      const left = leftMs();
      if (!isBehind(left)) return left === undefined || isOver() ? undefined : left > LAST_MS ? left - LAST_MS : left;
      const inMs = isOver() && !saidOver ? 0 : saidAt + APART_MS - clock.now();
      if (inMs > 0) return inMs;
      beat();
      return left === undefined || isOver() ? undefined : left;
    },
    opened: (hash) => remembered.get(hash),
  };
}
