// The link of an examinee as proctors see it: online while it is heard, dropped when it is silent, offline after as long as
// the plan says. What changes follows the table of transitions, one step at a time. Pure. Called by rooms/.
import type { LinkState } from '../schema/states.ts';
import { DROPPED_MS } from './grace.ts';
import { mayTransit } from './transitions.ts';

/** `isJoined`: there is a socket. `lastSignAt`: the last heartbeat or join, 0 for none. Instants in ms of one clock. */
export type LinkFacts = { readonly isJoined: boolean; readonly lastSignAt: number };

/** What the link is at `now`, given what it was; `offlineMs` is the plan's. */
export function linkAfter(
  before: LinkState,
  { isJoined, lastSignAt }: LinkFacts,
  offlineMs: number,
  now: number,
): LinkState {
  const silentMs = now - lastSignAt;
  const link = isJoined && silentMs < DROPPED_MS ? 'online' : silentMs < offlineMs ? 'dropped' : 'offline';
  return link === before || mayTransit('link', before, link) ? link : 'dropped';
}
