// The whole page of a proctor: login, rooms, board.
import { LanguageChoice } from '../shared/LanguageChoice.tsx';
import { textsOf } from '../shared/language.ts';
import { en } from './texts/en.ts';
import { ko } from './texts/ko.ts';

const t = textsOf({ en, ko });

export function ProctorPage() {
  return (
    <main class="stack">
      <h1>{t().title}</h1>
      <LanguageChoice />
    </main>
  );
}
