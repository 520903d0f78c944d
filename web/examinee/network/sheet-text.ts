// The whole sheet, in a sentence.
import type { SheetLine } from '../session/sheet-line.ts';
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
      return `${text.waiting(line.count)}: ${text.why[line.why]}. ${safeText(line.count, line.why === 'fenced', isUnkept)}`;
    case 'refused':
      return text.refused(line.items);
  }
}

function safeText(count: number, isFenced: boolean, isUnkept: boolean): string {
  const text = t().sheet;
  if (isUnkept) return text.unsafeHere;
  return isFenced ? text.safeFenced : text.safeHere(count);
}
