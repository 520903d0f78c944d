// What has happened to the own clock, so that it never jumps without a sentence: it stands, it runs again, there is more time
// or less. Two sources tell of one thing, in any order: the clock itself, and the control with its reason. Pure.
import type { ControlTold } from '../../../schema/messages.ts';

export type ClockKind = 'stopped' | 'running' | 'longer' | 'shorter';

/** `byMs` is how much longer or shorter, 0 else. `at` is monotonic ms. */
export type ClockEntry = {
  readonly kind: ClockKind;
  readonly byMs: number;
  readonly reason: string;
  readonly at: number;
  readonly from: 'clock' | 'control' | 'both';
};

type Clock = { readonly deadlineAt: number; readonly heldSince: number };

/** The two that tell of one thing come within this time. */
const TOGETHER_MS = 20_000;
/** What is less comes from rounding and from the way of a message. */
const NOISE_MS = 1_500;

/** The story after the clock has changed from `before` to `after`; `serverNow` is the server's time. */
export function clockChanged(
  story: readonly ClockEntry[],
  before: Clock,
  after: Clock,
  serverNow: number,
  at: number,
): readonly ClockEntry[] {
  if (before.deadlineAt === 0 || after.deadlineAt === 0) return story;
  let next = story;
  if (before.heldSince === 0 && after.heldSince !== 0) next = told(next, 'stopped', 0, at);
  if (before.heldSince !== 0 && after.heldSince === 0) next = told(next, 'running', 0, at);
  const byMs = leftOf(after, serverNow) - leftOf(before, serverNow);
  if (Math.abs(byMs) > NOISE_MS) next = told(next, byMs > 0 ? 'longer' : 'shorter', Math.abs(byMs), at);
  return next;
}

function leftOf({ deadlineAt, heldSince }: Clock, serverNow: number): number {
  return deadlineAt - (heldSince === 0 ? serverNow : heldSince);
}

function told(story: readonly ClockEntry[], kind: ClockKind, byMs: number, at: number): readonly ClockEntry[] {
  const found = story.find((entry) => entry.kind === kind && entry.from === 'control' && at - entry.at < TOGETHER_MS);
  if (found === undefined) return [...story, { kind, byMs, reason: '', at, from: 'clock' }];
  return story.map((entry) => (entry === found ? { ...entry, byMs, from: 'both' } : entry));
}

/** The story after a control was told; those that say nothing of the clock leave it as it is. */
export function clockControl(story: readonly ClockEntry[], control: ControlTold, at: number): readonly ClockEntry[] {
  const kind = kindOf(control);
  if (kind === undefined) return story;
  const { reason } = control;
  const byMs = Math.abs(control.extraMs ?? 0);
  const found = story.find((entry) => entry.kind === kind && entry.from === 'clock' && at - entry.at < TOGETHER_MS);
  if (found === undefined) return [...story, { kind, byMs, reason, at, from: 'control' }];
  return story.map((entry) => (entry === found ? { ...entry, reason, from: 'both' } : entry));
}

function kindOf({ action, extraMs = 0 }: ControlTold): ClockKind | undefined {
  if (action === 'pause') return 'stopped';
  if (action === 'resume') return 'running';
  if (extraMs === 0) return undefined;
  return extraMs > 0 ? 'longer' : 'shorter';
}
