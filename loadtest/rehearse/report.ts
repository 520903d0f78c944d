// How a rehearsal's verdict is told: as lines for a terminal, in the words of `examhall check`. Pure.
import { shownPeak, type Verdict } from './judgement.ts';

/** A line for each finding, the first resource that is full, and go or no-go. */
export function verdictText({ go, findings, first }: Verdict): string {
  const reasons = findings.filter(({ ok }) => !ok).map(({ name }) => name);
  return [
    ...findings.map(({ name, ok, detail }) => `${ok ? '✔' : '✘'} ${name}: ${detail}`),
    '',
    saturation(first),
    go ? 'go' : `no-go: ${reasons.join(', ')}`,
  ].join('\n');
}

function saturation(first: Verdict['first']): string {
  if (first === undefined) return 'no resource could be read';
  return first.full
    ? `the first resource that saturates: ${shownPeak(first)}`
    : `no resource was full; the nearest to it: ${shownPeak(first)}`;
}
