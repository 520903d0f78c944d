// The receipt of who has ended here, as long as this tab lives: a reload shows it again, since the server lets nobody in any
// more. Never an answer.
import { forget, keep, readKept } from './kept.ts';

export type KeptReceipt = {
  readonly code: string;
  readonly name: string;
  readonly exam: string;
  readonly room: string;
  readonly state: 'submitted' | 'timed-out';
  readonly count: number;
  readonly at: number;
  readonly hash: string;
};

const NAME = 'examhall.receipt';
const SIGNED = 'examhall.signed-receipt';
const tab = () => sessionStorage;

export function keepReceipt(receipt: KeptReceipt): void {
  keep(NAME, receipt, tab);
}

/** The signed receipt that was fetched here, as the text of its file; `hash` is the check code of the same end. */
export function keepSigned(hash: string, text: string): void {
  keep(SIGNED, { hash, text }, tab);
}

/** Of the end with this check code; undefined where none was fetched. */
export function keptSigned(hash: string): string | undefined {
  const kept = readKept(SIGNED, tab) as { readonly hash?: unknown; readonly text?: unknown } | undefined;
  return kept?.hash === hash && typeof kept.text === 'string' ? kept.text : undefined;
}

export function forgetReceipt(): void {
  forget(NAME, tab);
  forget(SIGNED, tab);
}

/** Of this code; undefined where there is none that can be read. */
export function keptReceipt(code: string): KeptReceipt | undefined {
  return receiptOf(readKept(NAME, tab), code);
}

/** What was kept, where it is a receipt of this code. */
export function receiptOf(kept: unknown, code: string): KeptReceipt | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const given = kept as Partial<Record<keyof KeptReceipt, unknown>>;
  const isWhole =
    given.code === code &&
    [given.name, given.exam, given.room, given.hash].every((text) => typeof text === 'string') &&
    [given.count, given.at].every((number) => typeof number === 'number') &&
    (given.state === 'submitted' || given.state === 'timed-out');
  return isWhole ? (kept as KeptReceipt) : undefined;
}
