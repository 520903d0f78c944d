// Reads a request's body as bytes, within the bound of a photo or of a table. Called after the token was looked at, as request-body.ts is.
// Must never believe the content type: what the bytes are is the route's business.
import express, { type Request, type Response } from 'express';
import { LIMITS } from '../schema/limits.ts';
import { RefusalError, refuse } from '../schema/refusals.ts';
import { ROSTER_LIMITS } from '../schema/roster-imports.ts';

const within = (limit: number) => express.raw({ limit, type: () => true, inflate: false });
const READERS = { photo: within(LIMITS.photoBytes), table: within(ROSTER_LIMITS.bytes) };
const TOO_LARGE = 413;

/** The bytes, none where there is no body. Throws RefusalError PHOTO_INVALID for too many of a photo, else what the body parser throws. */
export async function bytesOfBody(request: Request, response: Response, of: keyof typeof READERS): Promise<Uint8Array> {
  await new Promise<void>((resolve, reject) => {
    READERS[of](request, response, (error?: unknown) =>
      error === undefined ? resolve() : reject(asRefusal(error, of)),
    );
  });
  const body: unknown = request.body;
  return body instanceof Uint8Array ? body : new Uint8Array();
}

function asRefusal(error: unknown, of: keyof typeof READERS): unknown {
  const isTooLarge = error instanceof Error && 'status' in error && error.status === TOO_LARGE;
  return isTooLarge && of === 'photo' ? new RefusalError(refuse('PHOTO_INVALID', 'This is larger.')) : error;
}
