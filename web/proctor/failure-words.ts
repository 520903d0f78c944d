// What failed, as a person reads it: by the refusal's code in the page's language, else as the server said it.
import { ClientFault } from '../../client/faults.ts';
import { type RefusalCode, RefusalError } from '../../schema/refusals.ts';
import { t } from './texts/texts.ts';

export function refusalWords(code: RefusalCode | string | undefined, message = ''): string {
  const words = code === undefined ? undefined : (t().refusals as Readonly<Record<string, string>>)[code];
  return words ?? message;
}

/** Of anything that a call of the SDK threw. */
export function failureWords(cause: unknown): string {
  if (cause instanceof RefusalError) return refusalWords(cause.refusal.refused, cause.refusal.message);
  if (cause instanceof ClientFault) return t().common.away;
  throw cause;
}
