// How this page looks to whoever sits here: size of text, contrast, and whether the clock is shown. Kept on the device.
import { createSignal } from 'solid-js';
import { keep, readKept } from './kept.ts';

export const TEXT_SIZES = [100, 115, 130, 150, 200] as const;
export const THEMES = ['device', 'light', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

export type Preferences = { readonly textSize: number; readonly theme: Theme; readonly showsClock: boolean };

const NAME = 'examhall.examinee.preferences';
const FIRST: Preferences = { textSize: 100, theme: 'device', showsClock: true };

const [preferences, setSignal] = createSignal<Preferences>(FIRST);

export { preferences };

export function prefer(change: Partial<Preferences>): void {
  become({ ...preferences(), ...change });
  keep(NAME, preferences());
}

/** Called once, before anything is drawn. */
export function readPreferences(): void {
  become(preferencesOf(readKept(NAME)));
}

/** What was kept, as far as it is known here. */
export function preferencesOf(kept: unknown): Preferences {
  if (typeof kept !== 'object' || kept === null) return FIRST;
  const { textSize, theme, showsClock } = kept as Record<string, unknown>;
  return {
    textSize: TEXT_SIZES.find((one) => one === textSize) ?? FIRST.textSize,
    theme: THEMES.find((one) => one === theme) ?? FIRST.theme,
    showsClock: showsClock !== false,
  };
}

function become(next: Preferences): void {
  setSignal(next);
  const { style, dataset } = document.documentElement;
  style.fontSize = next.textSize === 100 ? '' : `${next.textSize}%`;
  if (next.theme === 'device') delete dataset.theme;
  else dataset.theme = next.theme;
}
