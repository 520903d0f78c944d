// When another device may take over an examinee's session: a rule of the plan. Who decides by it is exam/device-change.ts.
import { z } from 'zod';

const HOUR_MS = 3_600_000;

/** Another device is let in when the one before has shown no sign for so long; 0: at once. */
export const DeviceChange = z.strictObject({ afterMs: z.int().min(0).max(HOUR_MS) });
export type DeviceChange = z.infer<typeof DeviceChange>;

/** Of a plan that says nothing. */
export const DEVICE_CHANGE: DeviceChange = { afterMs: 60_000 };

/** A proctor lets the next other device of these examinees in; stored in the room with its control. `until` in epoch ms. */
export type Release = {
  readonly controlId: string;
  readonly until: number;
  readonly examineeIds: readonly string[];
};

/** What the api asks the room's owner about another device that wants in. `usedRelease`: the last one that let a device in, '' for none. */
export type DeviceQuestion = {
  readonly examineeId: string;
  readonly deviceKey: string;
  readonly usedRelease: string;
};

/** `in`: it may enter, by this release ('' for none). `waits`: it asks again. */
export type DeviceVerdict =
  | { readonly verdict: 'in'; readonly release: string }
  | { readonly verdict: 'waits'; readonly retryAfterMs: number };
