// Whether a device may take over an examinee's session (S11). The same device may at once; another one waits for the
// device before to be away as long as the plan says, or for a proctor to release it. Pure. Called by the api and rooms/.
import type { DeviceChange, DeviceVerdict, Release } from '../schema/device-change.ts';

/** How long a release is open: for a person who stands beside the new device. */
export const RELEASE_MS = 120_000;
/** How soon a waiting device asks again, at the latest and at the earliest. */
const ASK_AGAIN_MS = 3_000;
const ASK_SOONEST_MS = 500;

type Entering = { readonly deviceKey: string; readonly entryId: string };

/** Whether it is another device than the one that has the sheet. Who enters for the first time takes it from nobody. */
export function isAnotherDevice(
  stored: Partial<Entering> & { readonly fence: number },
  { deviceKey, entryId }: Entering,
): boolean {
  if (stored.fence === 0 || stored.entryId === entryId) return false;
  return (stored.deviceKey ?? '') !== '' && stored.deviceKey !== deviceKey;
}

/** What the room's owner knows. `lastSignAt`: the last sign of the device that has the sheet, or of a room that could have seen one. */
export type DeviceFacts = {
  readonly lastSignAt: number;
  readonly releases: readonly Release[];
  readonly usedRelease: string;
};

/**
 * Whether another device may enter at `now`. A release lets one device in: it is used up by whoever enters next, also by
 * who would have been let in without it.
 */
export function decideDevice(
  examineeId: string,
  { lastSignAt, releases, usedRelease }: DeviceFacts,
  { afterMs }: DeviceChange,
  now: number,
): DeviceVerdict {
  const open = releases.findLast(({ until, examineeIds }) => now < until && examineeIds.includes(examineeId));
  const release = open === undefined || open.controlId === usedRelease ? '' : open.controlId;
  const leftMs = afterMs - (now - lastSignAt);
  if (release !== '' || leftMs <= 0) return { verdict: 'in', release };
  return { verdict: 'waits', retryAfterMs: Math.max(ASK_SOONEST_MS, Math.min(leftMs, ASK_AGAIN_MS)) };
}

/** The releases with this one; those that nobody can use any more are left out. */
export function released(before: readonly Release[], control: Omit<Release, 'until'>, now: number): Release[] {
  const { controlId, examineeIds } = control;
  return [...before.filter(({ until }) => now < until), { controlId, examineeIds, until: now + RELEASE_MS }];
}
