// The code of who sits here, as long as this tab lives: a reload comes back without typing, and the next person at the same
// device starts with nothing.
import { forget, keep, readKept } from './kept.ts';

const NAME = 'examhall.code';
const tab = () => sessionStorage;

export function ownCode(): string {
  const kept = readKept(NAME, tab);
  return typeof kept === 'string' ? kept : '';
}

export function keepCode(code: string): void {
  keep(NAME, code, tab);
}

export function forgetCode(): void {
  forget(NAME, tab);
}
