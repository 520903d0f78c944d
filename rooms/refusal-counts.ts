// Counts what rooms refuse over sockets, by code. Every message to a client passes here, so that no refusal is forgotten.
// One a process, as the process has one registry; nobody counts before the rooms role has said who does.
import type { RefusalCode } from '../schema/refusals.ts';

type Count = (code: RefusalCode) => void;
/** As every message that refuses says it: one code, or one for each answer. */
type Refusing = { readonly code?: RefusalCode; readonly refused?: readonly { readonly code?: RefusalCode }[] };

let count: Count | undefined;

/** Names who counts from now on. */
export function countRefusalsBy(counter: Count): void {
  count = counter;
}

/** Counts the refusals in a message that is about to be sent. */
export function countRefusals(message: object): void {
  if (count === undefined) return;
  const { code, refused } = message as Refusing;
  if (code !== undefined) count(code);
  if (Array.isArray(refused)) for (const one of refused) if (one.code !== undefined) count(one.code);
}
