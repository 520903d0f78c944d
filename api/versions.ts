// Versions of what is read and changed: a tag for each, which a change names by If-Match, so that nobody writes over what
// somebody else has just written. The store compares again in the write itself. Called by routes/ and serve.ts.
import { hash } from 'node:crypto';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { DetailedRefusal } from './problems.ts';

const TAG_CHARACTERS = 22;

/** An answer whose version goes along as its ETag. */
export class Versioned {
  readonly view: unknown;
  readonly etag: string;
  constructor(view: unknown, etag: string) {
    this.view = view;
    this.etag = etag;
  }
}

/** The tag of what these members are: those that may be changed, and none that change by themselves. */
export function tagOf(...members: readonly unknown[]): string {
  return `"${hash('sha256', JSON.stringify(members), 'base64url').slice(0, TAG_CHARACTERS)}"`;
}

/** VERSION_CHANGED with what is there where If-Match names another version; undefined without the header. */
export function changedSince(ifMatch: string | undefined, current: Versioned): DetailedRefusal | undefined {
  if (ifMatch === undefined) return undefined;
  const named = ifMatch.split(',').map((one) => one.trim());
  return named.includes('*') || named.includes(current.etag) ? undefined : changed(current);
}

/** The same for a change that has to name its version; `*` is whichever is there. */
export function mustMatch(ifMatch: string | undefined, current: Versioned): DetailedRefusal | Refusal | undefined {
  return ifMatch === undefined ? refuse('IF_MATCH_MISSING') : changedSince(ifMatch, current);
}

/** Somebody was faster: what is there now. */
export function changed({ view, etag }: Versioned): DetailedRefusal {
  return { ...refuse('VERSION_CHANGED'), current: view, etag };
}
