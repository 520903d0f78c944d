// The whole sheet, in a sentence.
import type { SheetLine } from '../session/sheet-line.ts';
import type { Why } from '../session/truth.ts';
import { t } from '../texts/texts.ts';

/** `isUnkept`: what is not saved would not survive this page. */
export function sheetText(line: SheetLine, isUnkept: boolean): string {
  const text = t().sheet;
  switch (line.kind) {
    case 'empty':
      return text.empty;
    case 'saved':
      return text.saved(line.count);
    case 'sending':
      return text.sending(line.count);
    case 'waiting':
      return `${text.waiting(line.count)}: ${whyText(line)}. ${safeText(line.count, line.why === 'fenced', isUnkept)}`;
    case 'refused':
      return text.refused(line.items);
  }
}

function whyText({ why, since }: { readonly why: Why; readonly since?: number }): string {
  const text = t().sheet;
  return since === undefined ? text.why[why] : text.slowSince(since);
}

function safeText(count: number, isFenced: boolean, isUnkept: boolean): string {
  const text = t().sheet;
  if (isUnkept) return text.unsafeHere;
  return isFenced ? text.safeFenced : text.safeHere(count);
}
