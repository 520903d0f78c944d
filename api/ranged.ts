// An answer of bytes that never change: whole, or from where a broken download stopped. Called by routes/, which have decided
// who may have it; must never be used for what may change under its tag.
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { refuse } from '../schema/refusals.ts';
import { sendRefusal } from './problems.ts';
import type { Sender } from './route.ts';

const YEAR_S = 31_536_000;

/** Answers 200 or 206 with these bytes, 304 to who has them, RANGE_INVALID beyond their end. `tag` names these bytes alone. */
export function rangedBytes(bytes: Uint8Array, tag: string): Sender {
  return (response) => {
    response.set({
      'Cache-Control': `private, max-age=${YEAR_S}, immutable`,
      ETag: `"${tag}"`,
      'Accept-Ranges': 'bytes',
    });
    response.type('application/octet-stream');
    if (hasThese(response.req, `"${tag}"`)) return void response.status(304).end();
    const range = rangeOf(response.req, bytes.length, `"${tag}"`);
    if (range === 'none') return void response.send(Buffer.from(bytes));
    if (range === 'beyond') return sendBeyond(response, bytes.length);
    response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${bytes.length}`);
    return void response.send(Buffer.from(bytes.subarray(range.start, range.end + 1)));
  };
}

/** A file that never changes: how long, what names these bytes alone, and how to read them. */
export type RangedFile = {
  readonly size: number;
  readonly tag: string;
  /** Both ends included. */
  read(span: { start: number; end: number }): AsyncIterable<Uint8Array>;
};

/** As rangedBytes, from where they lie, a piece at a time. Its type and name are the route's; no cache may keep it. */
export function rangedFile({ size, tag, read }: RangedFile): Sender {
  return async (response) => {
    response.set({ ETag: `"${tag}"`, 'Accept-Ranges': 'bytes' });
    const range = rangeOf(response.req, size, `"${tag}"`);
    if (range === 'beyond') return sendBeyond(response, size);
    const span = range === 'none' ? { start: 0, end: size - 1 } : range;
    if (range !== 'none') response.status(206).set('Content-Range', `bytes ${span.start}-${span.end}/${size}`);
    response.set('Content-Length', String(span.end - span.start + 1));
    if (response.req.method === 'HEAD') return void response.end();
    await pipeline(read(span), response);
  };
}

/** Also where it asks past its caches: these bytes never change. */
function hasThese(request: Request, tag: string): boolean {
  const known = request.get('If-None-Match') ?? '';
  return known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

/** One range of bytes, ends included. Several at once, other units and other versions are answered with the whole. */
function rangeOf(request: Request, size: number, tag: string): { start: number; end: number } | 'none' | 'beyond' {
  const version = request.get('If-Range');
  if (version !== undefined && version !== tag) return 'none';
  const ranges = request.range(size, { combine: true });
  if (ranges === -1) return 'beyond';
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes') return 'none';
  const [range, ...more] = ranges;
  return range === undefined || more.length > 0 ? 'none' : range;
}

function sendBeyond(response: Response, size: number): void {
  for (const name of ['ETag', 'Content-Disposition']) response.removeHeader(name);
  response.set('Content-Range', `bytes */${size}`);
  sendRefusal(response, refuse('RANGE_INVALID', `It has ${size} bytes.`));
}
