// The page's language: chosen by ?lang=, then as it was chosen on this device, then by the browser. Texts are plain objects
// of one shape for each language, so that a missing one does not compile.
import { createSignal } from 'solid-js';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each in itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', ko: '한국어' };

const KEY = 'examhall.language';

const [language, setSignal] = createSignal<Language>('en');

export { language };

/** Chooses for this page and device. */
export function setLanguage(next: Language): void {
  show(next);
  remember(next);
}

/** Called once, before anything is drawn. Another tab's choice is followed from then on. */
export function readLanguage(): void {
  window.addEventListener('storage', ({ key, newValue }) => {
    const chosen = LANGUAGES.find((name) => name === newValue);
    if (key === KEY && chosen !== undefined) show(chosen);
  });
  const asked = [new URLSearchParams(location.search).get('lang'), remembered(), ...navigator.languages];
  const known = asked.map((tag) => LANGUAGES.find((name) => tag?.toLowerCase().startsWith(name)));
  show(known.find((name) => name !== undefined) ?? 'en');
}

function show(next: Language): void {
  setSignal(next);
  document.documentElement.lang = next;
}

/** The texts in the page's language; read inside JSX, so that they follow it. */
export function textsOf<T>(all: Readonly<Record<Language, T>>): () => T {
  return () => all[language()];
}

/** A browser may forbid its storage; the choice then holds for this page alone. */
function remember(next: Language): void {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    return;
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
