// The one line about the whole sheet: all are saved, some are on their way, or some are not saved yet, and why. Pure.
import { type Around, isAnswered, type ShownAnswer, type Truth, truthOf, type Why } from './truth.ts';

/**
 * Numbers are of questions, never of revisions. `items` are those of which an answer was not taken. `since`: when what is
 * slow became so, by the server's clock, where that is known.
 */
export type SheetLine =
  | { readonly kind: 'empty' }
  | { readonly kind: 'saved'; readonly count: number }
  | { readonly kind: 'sending'; readonly count: number }
  | { readonly kind: 'waiting'; readonly count: number; readonly why: Why; readonly since?: number }
  | { readonly kind: 'refused'; readonly items: readonly number[] };

/** Which reason is said where there are several. */
const GRAVEST: readonly Why[] = ['fenced', 'offline', 'locked', 'admission', 'paused', 'slow'];

export function sheetLineOf(answers: readonly ShownAnswer[], around: Around, now: number): SheetLine {
  const truths = answers.map((answer) => truthOf(answer, around, now));
  const waiting = truths.filter((truth): truth is Truth & { kind: 'waiting' } => truth.kind === 'waiting');
  const moving = truths.filter(({ kind }) => kind === 'typing' || kind === 'sending').length;
  const why = GRAVEST.find((one) => waiting.some((truth) => truth.why === one));
  if (why !== undefined) {
    const since = why === 'slow' && around.slowSince !== 0 ? { since: around.slowSince } : {};
    return { kind: 'waiting', count: waiting.length + moving, why, ...since };
  }
  const items = answers.filter((_, index) => truths[index]?.kind === 'refused').map(({ item }) => item);
  if (items.length > 0) return { kind: 'refused', items };
  if (moving > 0) return { kind: 'sending', count: moving };
  const count = answers.filter(isAnswered).length;
  return count === 0 ? { kind: 'empty' } : { kind: 'saved', count };
}

/** How loud it is. */
export function toneOf({ kind }: SheetLine): 'good' | 'plain' | 'warn' | 'bad' {
  if (kind === 'saved') return 'good';
  if (kind === 'waiting') return 'warn';
  return kind === 'refused' ? 'bad' : 'plain';
}
