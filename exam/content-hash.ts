// The hash that tells whether two contents of one revision are the same.
import { hash } from 'node:crypto';
import type { Response } from '../schema/answers.ts';

const LENGTH = 16;

/** 16 characters of base64url, 96 bits of SHA-256 over the response as JSON. */
export function contentHash(response: Response): string {
  return hash('sha256', JSON.stringify(response), 'base64url').slice(0, LENGTH);
}
