// Ids and codes as they arrive from outside, parsed at the border. Apart from ids.ts, so that a page that makes ids needs no
// parser.
import { z } from 'zod';

/** An id as it arrives from outside. */
export const Id = z.string().regex(/^[0-9A-Za-z]{16}$/, 'an id has 16 letters or digits');

/** A short code as typed: case, blanks and dashes do not matter. */
export const Code = z
  .string()
  .max(32)
  .meta({ pattern: '^[ -]*(?:[2-9A-HJKMNP-Za-hjkmnp-z][ -]*){10}$' })
  .transform((text) => text.toUpperCase().replace(/[\s-]/g, ''))
  .pipe(
    z.string().regex(/^[23456789ABCDEFGHJKMNPQRSTUVWXYZ]{10}$/, 'a code has 10 letters or digits, without 0 O 1 I L'),
  );
