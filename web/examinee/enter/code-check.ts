// What is wrong with a code before it is sent: nobody spends a try on a slip. Pure.
import { tidyCode } from '../device/entry-link.ts';

export const CODE_SIGNS = 10;

export type CodeFault =
  | { readonly kind: 'short'; readonly missing: number }
  | { readonly kind: 'long' }
  /** Signs that no code has, as they look like others. */
  | { readonly kind: 'signs' };

/** Undefined where it may be a code. */
export function codeFault(typed: string): CodeFault | undefined {
  const code = tidyCode(typed);
  if (/[^23456789ABCDEFGHJKMNPQRSTUVWXYZ]/.test(code)) return { kind: 'signs' };
  if (code.length < CODE_SIGNS) return { kind: 'short', missing: CODE_SIGNS - code.length };
  return code.length > CODE_SIGNS ? { kind: 'long' } : undefined;
}
