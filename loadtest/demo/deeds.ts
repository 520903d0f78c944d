// What a simulated examinee does beside answering, so that there is something for a proctor to do: raises a hand and reads
// the answer, looks at another window, plugs in a second screen; and confirms notices. Called by life.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExamSession } from '../../client/session.ts';
import type { SignalKind } from '../../schema/incidents.ts';
import type { Person } from './cast.ts';

export type Deed =
  | { readonly kind: 'asks'; readonly question: string }
  | { readonly kind: 'is noticed'; readonly signal: SignalKind; readonly times: number; readonly what: string };

/** Between two looks at another window, and until a notice is read. */
const BETWEEN_MS = 150;

/** Does it now. `tell` gets a sentence for whoever watches. */
export async function act({ deed, label, room }: Person, session: ExamSession, tell: Tell): Promise<void> {
  const name = `${label} (room ${room})`;
  if (deed === undefined) return;
  if (deed.kind === 'asks') {
    tell(`${name} raises a hand${deed.question === '' ? '' : `: "${deed.question}"`}`);
    session.raiseHand(deed.question);
    return;
  }
  tell(`${name} ${deed.what}.`);
  for (let times = 0; times < deed.times; times++) {
    session.report({ kind: deed.signal });
    await sleep(BETWEEN_MS);
  }
}

type Tell = (sentence: string) => void;

/** Reads what a proctor says, and confirms what is to be confirmed. */
export function readWhatIsSaid({ label, room }: Person, session: ExamSession, tell: Tell): void {
  session.on('call', ({ state, answer }) => {
    if (state === 'answered') tell(`${label} (room ${room}) reads the answer: "${answer}"`);
  });
  session.on('control', ({ controlId, mustConfirm }) => {
    if (mustConfirm === true) setTimeout(() => session.confirm(controlId), BETWEEN_MS);
  });
}
