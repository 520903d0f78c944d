// What became of something that was asked of a room, as a sentence where it is not simply done.
import { announce } from '../shared/announcer.ts';
import { refusalWords } from './failure-words.ts';
import { t } from './texts/texts.ts';

type Outcome = { readonly state: string; readonly code?: string; readonly message?: string } | undefined;

/** '' where it is done. Read aloud at once where it is not. */
export function toldOf(outcome: Outcome): string {
  if (outcome?.state === 'done') return '';
  const sentence = outcome?.state === 'refused' ? refusalWords(outcome.code, outcome.message) : t().incidents.sent;
  announce(sentence, 'assertive');
  return sentence;
}
