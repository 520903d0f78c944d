// Parsing what somebody sent: a shape or its issues, and never a throw. Called by rooms and by the api at their borders.
import type { z } from 'zod';

/**
 * As zod's safeParse. Where zod itself throws, the value does not fit: it compares a `length` before it knows that it is
 * one, and an object may refuse to be compared. Throws what a refinement of ours throws beyond that.
 */
export function safelyParsed<S extends z.ZodType>(schema: S, value: unknown): Parsed<z.output<S>> {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed : { success: false, issues: parsed.error.issues };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { success: false, issues: [{ path: [], message: 'not understood' }] };
  }
}

/** What it is, or where it does not fit and why; never the content. */
export type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly issues: readonly Issue[] };
export type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };
