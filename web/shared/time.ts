// Lengths and instants as people read them, in the page's language. Lengths in ms, instants in epoch ms.
import { type Language, language } from './language.ts';

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ko: 'ko-KR' };

/** 1:02:03 or 59:09, rounded up, so that it reads 0:00 only when nothing is left. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** 10:42:07 on this device's clock face. */
export function instantText(at: number, withSeconds = true): string {
  return new Intl.DateTimeFormat(LOCALES[language()], {
    hour: '2-digit',
    minute: '2-digit',
    ...(withSeconds ? { second: '2-digit' } : {}),
    hour12: false,
  }).format(at);
}

/** The day too: 26 Nov 2026, 10:42. */
export function dayText(at: number): string {
  return new Intl.DateTimeFormat(LOCALES[language()], {
    dateStyle: 'medium',
    timeStyle: 'short',
    hour12: false,
  }).format(at);
}

/** "5 minutes", "1 minute 30 seconds", "40 seconds"; `0 seconds` for nothing. */
export function lengthText(ms: number): string {
  const total = Math.round(Math.abs(ms) / 1_000);
  const parts: [number, 'hour' | 'minute' | 'second'][] = [
    [Math.floor(total / 3_600), 'hour'],
    [Math.floor(total / 60) % 60, 'minute'],
    [total % 60, 'second'],
  ];
  const named = parts.filter(([value], index) => value > 0 || (total === 0 && index === 2));
  return named
    .map(([value, unit]) =>
      new Intl.NumberFormat(LOCALES[language()], { style: 'unit', unit, unitDisplay: 'long' }).format(value),
    )
    .join(' ');
}

/** 0.9 seconds */
export function secondsText(ms: number): string {
  const options = { style: 'unit', unit: 'second', unitDisplay: 'long', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(LOCALES[language()], options).format(ms / 1_000);
}

/** 1,607 */
export function countText(value: number): string {
  return new Intl.NumberFormat(LOCALES[language()]).format(value);
}
