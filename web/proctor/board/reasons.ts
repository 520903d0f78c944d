// The reasons of a row as the page shows them: each with its sign and tone, in the order in which the room weighed them.
// A newer server's reason that this page has no words for is left out. Pure.
import type { AttentionReason } from '../../../schema/attention.ts';
import type { Tone } from './signs.ts';

export type ShownReason = { readonly reason: AttentionReason; readonly sign: string; readonly tone: Tone };

const SHOWN: Readonly<Record<AttentionReason, Omit<ShownReason, 'reason'>>> = {
  incident: { sign: '⚠', tone: 'bad' },
  'second-device': { sign: '⧉', tone: 'bad' },
  'hand-raised': { sign: '☝', tone: 'bad' },
  unsaved: { sign: '!', tone: 'warn' },
  link: { sign: '✂', tone: 'warn' },
  'not-reached': { sign: '…', tone: 'warn' },
  stalled: { sign: '○', tone: 'plain' },
};
/** One object for each, so that a list of them is the same list while the reasons are. */
const ALL = Object.fromEntries(
  Object.entries(SHOWN).map(([reason, shown]) => [reason, { reason: reason as AttentionReason, ...shown }]),
) as Readonly<Record<string, ShownReason>>;

export function reasonsOf(reasons: string): readonly ShownReason[] {
  return reasons.split(' ').flatMap((reason) => ALL[reason] ?? []);
}
