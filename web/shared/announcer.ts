// What a screen reader is told beside what is seen: one polite and one assertive live region for the whole page. The same
// sentence twice within a few seconds is told once, and of many polite ones at once the last, so that they do not chatter.

const QUIET_MS = 4_000;
const GATHER_MS = 300;

type Urgency = 'polite' | 'assertive';

const told = new Map<string, number>();
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Makes the two regions; called once, when the page starts. */
export function openAnnouncer(): void {
  for (const urgency of ['polite', 'assertive'] as const) {
    const region = document.createElement('div');
    region.id = `announced-${urgency}`;
    region.className = 'unseen';
    region.setAttribute('aria-live', urgency);
    region.setAttribute('role', urgency === 'polite' ? 'status' : 'alert');
    document.body.append(region);
  }
}

/** Assertive is for what cannot wait: a notice, the end, a device that took over. */
export function announce(sentence: string, urgency: Urgency = 'polite'): void {
  const now = performance.now();
  const before = told.get(sentence);
  if (before !== undefined && now - before < QUIET_MS) return;
  for (const [old, at] of told) if (now - at > QUIET_MS) told.delete(old);
  told.set(sentence, now);
  if (urgency === 'assertive') return say(sentence, urgency);
  clearTimeout(waiting);
  waiting = setTimeout(() => say(sentence, urgency), GATHER_MS);
}

function say(sentence: string, urgency: Urgency): void {
  const region = document.getElementById(`announced-${urgency}`);
  if (region !== null) region.textContent = sentence;
}
