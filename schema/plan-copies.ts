// A copy of a plan: what may be asked for. What it keeps is said by api/plan-copying.ts.
import { z } from 'zod';
import { Label } from './requests.ts';

/** Without `roster` the rooms are there and nobody sits in them. */
export const PlanCopyBody = z.strictObject({
  name: Label,
  roster: z
    .boolean()
    .default(false)
    .describe('whether the people come along, with new codes, in the same rooms and seats'),
});
